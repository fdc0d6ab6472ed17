"""From an address to a Finding: discover, fetch, extract, tag; knows neither database nor people."""
