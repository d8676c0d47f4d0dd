// SPDX-License-Identifier: MIT
#include "message.hpp"

#include "errors.hpp"

#include <cstddef>
#include <limits>
#include <memory>
#include <new>

namespace weft::capi {

namespace {

int give(weft_message** out, message&& m, std::uint64_t socket = 0) {
  *out = wrap(std::move(m), socket);
  return WEFT_OK;
}

}  // namespace

std::size_t possible(std::size_t size) {
  if (size > std::numeric_limits<std::ptrdiff_t>::max()) throw std::bad_alloc();
  return size;
}

std::span<std::byte const> bytes(void const* data, std::size_t size) {
  must(data || size == 0, "a null pointer");
  return {static_cast<std::byte const*>(data), possible(size)};
}

}  // namespace weft::capi

using namespace weft::capi;

extern "C" {

int weft_message_alloc(size_t size, weft_message** out) {
  return guarded([&] {
    given(out);
    return give(out, weft::message::uninitialized(possible(size)));
  });
}

int weft_message_from(void const* data, size_t size, weft_message** out) {
  return guarded([&] {
    given(out);
    return give(out, weft::message(bytes(data, size)));
  });
}

int weft_message_adopt(void* data, size_t size, void (*release)(void*, size_t, void*), void* arg, weft_message** out) {
  return guarded([&] {
    given(out);
    must(release, "a null function");
    auto const body = bytes(data, size);
    // Made first, so that nothing can fail once the memory is ours.
    std::unique_ptr<weft_message> m(wrap({}));
    m->it = weft::message::adopt({const_cast<std::byte*>(body.data()), body.size()}, [=] { release(data, size, arg); });
    *out = m.release();
    return WEFT_OK;
  });
}

int weft_message_share(weft_message const* message, weft_message** out) {
  return guarded([&] {
    given(out);
    auto const& m = given(message);
    return give(out, m.it.share(), m.socket);
  });
}

int weft_message_copy(weft_message const* message, weft_message** out) {
  return guarded([&] {
    given(out);
    auto const& m = given(message);
    return give(out, m.it.copy(), m.socket);
  });
}

void weft_message_free(weft_message* message) { delete message; }

void const* weft_message_body(weft_message const* message) { return message ? message->it.body().data() : nullptr; }
size_t weft_message_size(weft_message const* message) { return message ? message->it.size() : 0; }

int weft_message_edit(weft_message* message, void** out) {
  return guarded([&] {
    auto& m = given(message).it;
    auto& to = given(out);
    if (!m.unique()) m = m.copy();
    to = m.mutable_body().data();
    return WEFT_OK;
  });
}

int weft_message_append(weft_message* message, void const* data, size_t size) {
  return guarded([&] {
    given(message).it.append(bytes(data, size));
    return WEFT_OK;
  });
}

int weft_message_trim(weft_message* message, size_t size) {
  return guarded([&] {
    must(size <= given(message).it.size(), "more than the body has");
    message->it.trim(size);
    return WEFT_OK;
  });
}

int weft_message_chop(weft_message* message, size_t size) {
  return guarded([&] {
    must(size <= given(message).it.size(), "more than the body has");
    message->it.chop(size);
    return WEFT_OK;
  });
}

size_t weft_message_header_size(weft_message const* message) { return message ? message->it.header().size() : 0; }

int weft_message_header_at(weft_message const* message, size_t index, uint32_t* out) {
  return guarded([&] {
    auto const words = given(message).it.header().words();
    must(index < words.size(), "behind the last word");
    given(out) = words[index];
    return WEFT_OK;
  });
}

int weft_message_header_push(weft_message* message, uint32_t word) {
  return guarded([&] {
    must(!given(message).it.header().full(), "the header is full");
    message->it.header().push(word);
    return WEFT_OK;
  });
}

int weft_message_header_clear(weft_message* message) {
  return guarded([&] {
    given(message).it.header().clear();
    return WEFT_OK;
  });
}

weft_pipe weft_message_pipe(weft_message const* message) {
  if (!message || message->it.source() == weft::pipe_id{}) return {};
  return {message->socket, static_cast<uint32_t>(message->it.source())};
}
}
