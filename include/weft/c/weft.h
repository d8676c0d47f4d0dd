/* SPDX-License-Identifier: MIT */
#ifndef WEFT_C_WEFT_H
#define WEFT_C_WEFT_H

/* weft for C and for whatever can call C: link with -lweft-c. docs/c-api.md has the rules that all functions share. */

#include <weft/c/aio.h>
#include <weft/c/engine.h>
#include <weft/c/error.h>
#include <weft/c/message.h>
#include <weft/c/options.h>
#include <weft/c/socket.h>
#include <weft/c/watch.h>

#endif
