"""Work that is done again where others wrote the same at the same time."""

from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from storage.errors import Conflict

TRIES = 5

# For functions that may run again from their beginning: all they write is in one transaction, or is
# not written twice. After the last try the Conflict goes up, a DatabaseUnavailable like any other.
retried = retry(
    retry=retry_if_exception_type(Conflict),
    stop=stop_after_attempt(TRIES),
    wait=wait_random_exponential(multiplier=0.05, max=1),  # at random, lest they meet again
    reraise=True,
)
