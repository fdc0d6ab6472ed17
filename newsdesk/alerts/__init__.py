"""Who is told what, and how it reaches them: conditions that begin and end, findings that match, the way out."""

from newsdesk.alerts.sending import deliver, send
from newsdesk.alerts.watching import watch

__all__ = ["deliver", "send", "watch"]
