"""Everything that Veritile raises on purpose: one tree, one number each.

    VeritileError
    ├── FramingError      1xx  the byte stream of native messaging
    ├── MessageError      2xx  a message that was read but cannot be used
    ├── SessionError      3xx  sessions and participants
    ├── ImageError        4xx  pictures, videos and the files they come from
    ├── ModelError        5xx  weights, their cards, and running them
    ├── HostError         6xx  the host process itself
    ├── InstallError      7xx  registering the host with browsers
    ├── LogError          8xx  the session log
    └── ServerError       9xx  the HTTP and WebSocket service

The numbers travel as `error{code,text}` in the protocol and in `veritile
analyze --json`; the table in host/veritile/native/PROTOCOL.md lists them, and
a test keeps the two equal. The text is one sentence that says what to do next.
"""

from __future__ import annotations

from typing import ClassVar


class VeritileError(Exception):
    """Root of the tree. `code` is the number in PROTOCOL.md's table; str(error) is the sentence."""

    code: ClassVar[int] = 0


class FramingError(VeritileError):
    """The byte stream does not follow native messaging's framing."""

    code = 100


class TruncatedError(FramingError):
    """The stream ended inside a length or a message."""

    code = 101


class OversizedError(FramingError):
    """A message declares more bytes than the limit; it is refused before memory is allocated."""

    code = 102


class NotUtf8Error(FramingError):
    """The bytes of a message are not UTF-8."""

    code = 103


class NotJsonError(FramingError):
    """The text of a message is not JSON."""

    code = 104


class MessageError(VeritileError):
    """A message was read but cannot be used."""

    code = 200


class InvalidMessageError(MessageError):
    """A field is missing or has the wrong type or range."""

    code = 201


class UnknownTypeError(MessageError):
    """The message's type is not one of the protocol's."""

    code = 202


class UnsupportedVersionError(MessageError):
    """No protocol version is common to both sides."""

    code = 203


class HelloMissingError(MessageError):
    """The first message was not `hello`."""

    code = 204


class SessionError(VeritileError):
    """Something is wrong with a session or a participant."""

    code = 300


class UnknownSessionError(SessionError):
    """The session was never opened, or has been closed."""

    code = 301


class TooManySessionsError(SessionError):
    """As many sessions are open as the host allows."""

    code = 302


class TooManyParticipantsError(SessionError):
    """The session has as many participants as the host allows."""

    code = 303


class NoChallengeError(SessionError):
    """The participant has no challenge, or it has no such picture."""

    code = 304


class NothingSeenError(SessionError):
    """No face of the participant could be judged yet, so that there is no score to explain."""

    code = 305


class ImageError(VeritileError):
    """A picture or video cannot be used."""

    code = 400


class UnsupportedFormatError(ImageError):
    """The bytes are of no format that is accepted."""

    code = 401


class CorruptImageError(ImageError):
    """The header is right but the picture cannot be decoded."""

    code = 402


class ImageTooLargeError(ImageError):
    """The header declares more pixels, or the file more bytes, than the limit."""

    code = 403


class FileUnreadableError(ImageError):
    """The file is absent, not a file, or may not be read."""

    code = 404


class NoFramesError(ImageError):
    """A video holds no picture that can be decoded, or a folder nothing to analyse."""

    code = 405


class NoVideoError(ImageError):
    """The file is a video's by its form, and holds sound or text only."""

    code = 406


class EncryptedVideoError(ImageError):
    """The pictures of the video are encrypted."""

    code = 407


class EmptyFileError(FileUnreadableError):
    """The file holds not one byte."""

    code = 408


class ModelError(VeritileError):
    """The model cannot be used."""

    code = 500


class ModelMissingError(ModelError):
    """The model's file or card is not there."""

    code = 501


class ModelChecksumError(ModelError):
    """The model's file is not the one that its card describes (SHA-256)."""

    code = 502


class ModelMetadataError(ModelError):
    """The card or the ONNX metadata lacks an entry or holds a wrong one."""

    code = 503


class InferenceError(ModelError):
    """ONNX Runtime or OpenCV could not load or run the model."""

    code = 504


class LookLostError(ModelError):
    """The process that looks at pictures hung or ended over this one; another takes its place."""

    code = 505


class LookingGivenUpError(ModelError):
    """The process that looks at pictures was lost so often that no other is started."""

    code = 506


class HostError(VeritileError):
    """The host could not do what was asked."""

    code = 600


class InternalError(HostError):
    """A fault of Veritile itself; the log file says more."""

    code = 601


class ReplyTooLargeError(HostError):
    """The answer would pass the browser's limit of 1 MiB."""

    code = 602


class InstallError(VeritileError):
    """The host cannot be registered with a browser, or taken away again."""

    code = 700


class NoBrowserError(InstallError):
    """No supported browser was found, or not the one that was named."""

    code = 701


class RegistrationError(InstallError):
    """A manifest could not be written or removed."""

    code = 702


class LogError(VeritileError):
    """The session log cannot be used."""

    code = 800


class LogUnreadableError(LogError):
    """The log's file cannot be opened, is locked, damaged, or of a newer Veritile."""

    code = 801


class UnknownCallError(LogError):
    """The log holds no such session."""

    code = 802


class PictureKeyError(LogError):
    """The key of kept pictures is missing, wrong, or cannot be had."""

    code = 803


class ServerError(VeritileError):
    """The HTTP and WebSocket service cannot do what was asked."""

    code = 900


class SettingError(ServerError):
    """A setting of the service has a wrong value."""

    code = 901


class NotAllowedError(ServerError):
    """The request comes without the token, or from a page or to a name that is not allowed."""

    code = 902


class TooManyRequestsError(ServerError):
    """More requests, sessions or videos than the service takes at a time."""

    code = 903


class UnknownJobError(ServerError):
    """There is no such job, or it is not so far."""

    code = 904
