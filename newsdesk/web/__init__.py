"""Pages, API and feeds for analysts: read-only, in a process of their own, over the store of the job."""

from __future__ import annotations

from newsdesk.web.application import application

__all__ = ["application"]
