"""How each source and the job itself fare, judged from what the store remembers."""

from newsdesk.health.checks import Check, Problem, problems_of
from newsdesk.health.figures import Figures
from newsdesk.health.job import JobHealth, job_health
from newsdesk.health.looking import look, look_at_job, look_closely
from newsdesk.health.sources import SourceHealth, State, health_of

__all__ = [
    "Check",
    "Figures",
    "JobHealth",
    "Problem",
    "SourceHealth",
    "State",
    "health_of",
    "job_health",
    "look",
    "look_at_job",
    "look_closely",
    "problems_of",
]
