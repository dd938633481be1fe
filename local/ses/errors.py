"""How SES says no: a code, an HTTP status and a sentence."""

from __future__ import annotations


class SesError(Exception):
    """An answer that isn't the one that was asked for, as the API puts it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def bad_request(message: str) -> SesError:
    return SesError("BadRequestException", message)


def not_found(message: str) -> SesError:
    return SesError("NotFoundException", message, 404)


def already_exists(message: str) -> SesError:
    return SesError("AlreadyExistsException", message)


def limit_exceeded(message: str) -> SesError:
    return SesError("LimitExceededException", message)


def too_many_requests() -> SesError:
    return SesError("TooManyRequestsException", "Maximum sending rate exceeded: too many requests.", 429)


def message_rejected(message: str) -> SesError:
    return SesError("MessageRejected", message)
