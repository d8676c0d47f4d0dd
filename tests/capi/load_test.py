# SPDX-License-Identifier: MIT
# What a binding does: loads the library, knows its functions by their signatures only, and talks.
import ctypes
import sys

lib = ctypes.CDLL(sys.argv[1])
lib.weft_strerror.restype = ctypes.c_char_p
lib.weft_error_detail.restype = ctypes.c_char_p
lib.weft_version.restype = ctypes.c_char_p
lib.weft_message_body.restype = ctypes.c_void_p
lib.weft_message_size.restype = ctypes.c_size_t
lib.weft_aio_take_message.restype = ctypes.c_void_p

REQ, REP, NONBLOCK = 1, 2, 1
ESTATE, ESCHEME, EBADID = 6, 12, 66


class Id(ctypes.Structure):
    _fields_ = [("id", ctypes.c_uint64)]


NONE = Id(0)


class WeftError(Exception):
    pass


def call(name, *args):
    code = getattr(lib, name)(*args)
    if code != 0:
        raise WeftError(name, code, lib.weft_strerror(code), lib.weft_error_detail())


class Socket:
    def __init__(self, protocol):
        self.id = Id()
        call("weft_socket_open", protocol, ctypes.byref(self.id))
        for name in (b"send-timeout", b"receive-timeout"):
            call("weft_set_ms", self.id, name, 20000)

    def listen(self, url):
        call("weft_socket_listen", self.id, url.encode(), NONE, None)
        room = ctypes.create_string_buffer(256)
        call("weft_socket_local_url", self.id, room, ctypes.byref(ctypes.c_size_t(256)))
        return room.value.decode()

    def dial(self, url):
        call("weft_socket_dial", self.id, url.encode(), NONE, None)

    def send(self, data):
        call("weft_socket_send_bytes", self.id, data, ctypes.c_size_t(len(data)), 0)

    def receive(self):
        message = ctypes.c_void_p()
        call("weft_socket_receive", self.id, ctypes.byref(message), 0)
        return take(message)

    def close(self):
        call("weft_socket_close", self.id, 0, None)


def take(message):
    data = ctypes.string_at(lib.weft_message_body(message), lib.weft_message_size(message))
    lib.weft_message_free(message)
    return data


def request_and_reply(url):
    rep, req = Socket(REP), Socket(REQ)
    try:
        req.dial(rep.listen(url))
    except WeftError as e:
        if e.args[1] == ESCHEME:
            print("not in this build:", url)
            return
        raise
    for body in (b"small", b"x" * 100000, b""):
        req.send(body)
        assert rep.receive() == body
        rep.send(b"re: " + body)
        assert req.receive() == b"re: " + body
    req.close()
    rep.close()


def callback():
    ended = []
    function = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(ended.append)
    aio, rep, req = Id(), Socket(REP), Socket(REQ)
    call("weft_aio_open", function, None, ctypes.byref(aio))
    call("weft_socket_receive_aio", rep.id, aio)
    req.dial(rep.listen("inproc://callback"))
    req.send(b"for the callback")
    call("weft_aio_wait", aio)
    assert lib.weft_aio_result(aio) == 0 and len(ended) == 1
    assert take(ctypes.c_void_p(lib.weft_aio_take_message(aio))) == b"for the callback"
    call("weft_aio_close", aio)
    req.close()
    rep.close()


def misuse():
    req = Socket(REQ)
    out = ctypes.c_void_p()
    assert lib.weft_socket_receive(req.id, ctypes.byref(out), NONBLOCK) in (1, ESTATE)
    assert lib.weft_socket_receive(Id(12345), ctypes.byref(out), 0) == EBADID
    assert lib.weft_socket_dial(req.id, b"warp://x", NONE, None) == ESCHEME
    assert b"warp" in lib.weft_error_detail()
    req.close()


for url in ("inproc://python", "tcp://127.0.0.1:0", "ofi+tcp://127.0.0.1:0"):
    request_and_reply(url)
callback()
misuse()
print("weft", lib.weft_version().decode())
