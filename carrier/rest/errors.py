"""The REST API's refusals, in Twilio's shape and with its codes."""

from __future__ import annotations

from flask import Response, jsonify

MESSAGES = {
    16028: (400, "Participant to be whispered is not present in the conference"),
    20001: (400, "{detail}"),
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource {detail} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21201: (400, "No 'To' number is specified"),
    21203: (400, "International calling not enabled"),
    21205: (400, "Url is not a valid URL: {detail}"),
    21210: (
        400,
        "The source phone number provided, {detail}, is not yet verified for your account.",
    ),
    21211: (400, "Invalid 'To' Phone Number: {detail}"),
    21212: (400, "Invalid 'From' Number: {detail}"),
    21213: (400, "No 'From' number is specified"),
    21214: (400, "The phone number you are attempting to call, {detail}, cannot be reached."),
    21215: (400, "Account not authorized to call {detail}."),
    21216: (400, "Account not allowed to call {detail}"),
    21218: (400, "Invalid ApplicationSid"),
    21220: (400, "Call is not in-progress. Cannot redirect."),
    32018: (400, "Twiml size exceeded maximum allowed value of 4000 characters"),
    21408: (400, "Permission to send an SMS has not been enabled for the region: {detail}"),
    21602: (400, "Message body is required."),
    21606: (400, "The 'From' phone number provided ({detail}) is not a valid, SMS-capable number."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21612: (400, "The 'To' phone number is not currently reachable"),
    21614: (400, "'To' number is not a valid mobile number: {detail}"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21626: (400, "Invalid value(s) for statusCallbackEvents"),
    21207: (400, "Invalid phone extension or digits: {detail}"),
    21623: (400, "Number of media files exceeds allowed limit: {detail}"),
    35118: (400, "MessagingServiceSid is required to schedule a message"),
    35114: (400, "SendAt must be between 15 minutes and 35 days from now: {detail}"),
    22001: (400, "Queue is not empty: {detail}"),
    22003: (400, "Queue is already full, or its name is taken: {detail}"),
}


class RestRefused(Exception):
    """A request that the REST API refuses."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(str(code))
        self.code = code
        self.status, template = MESSAGES[code]
        self.message = template.format(detail=detail)

    def response(self) -> Response:
        """The JSON that the library turns into a TwilioRestException."""
        response = jsonify(
            code=self.code,
            message=self.message,
            more_info=f"https://www.twilio.com/docs/errors/{self.code}",
            status=self.status,
        )
        response.status_code = self.status
        if self.status == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        if self.status == 429:
            response.headers["Retry-After"] = "1"
        return response
