"""Answers to requests: whole, or none where the reader has just that."""

from __future__ import annotations

import hashlib

from aiohttp import web


def is_known(request: web.Request | None, tag: str) -> bool:
    """Tell whether the reader says that it has what `tag` names."""
    return request is not None and any(one.value in {tag, "*"} for one in request.if_none_match or ())


def answered(
    request: web.Request | None, body: bytes, content_type: str, *, tag: str = "", charset: str | None = "utf-8"
) -> web.Response:
    """Answer with `body`, or with 304 where the reader has just that; `tag` is the body's, if that is known already."""
    tag = tag or hashlib.sha256(body).hexdigest()[:32]
    if is_known(request, tag):
        response = web.Response(status=304)
    else:
        response = web.Response(body=body, content_type=content_type, charset=charset)
    response.etag = tag
    return response
