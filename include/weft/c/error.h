/* SPDX-License-Identifier: MIT */
#ifndef WEFT_C_ERROR_H
#define WEFT_C_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_VERSION_MAJOR 0
#define WEFT_VERSION_MINOR 1
#define WEFT_VERSION_PATCH 0

/* What a function returns: WEFT_OK, or why it did nothing. The values do not change. */
enum weft_error {
  WEFT_OK = 0,
  WEFT_EWOULDBLOCK = 1,    /* not now; nothing was consumed */
  WEFT_ECLOSED = 2,        /* it was closed on this side; also of an id that was closed before */
  WEFT_ECONNRESET = 3,     /* the peer went away and the protocol could not recover */
  WEFT_ETIMEDOUT = 4,      /* the time-out passed first */
  WEFT_ECANCELED = 5,      /* canceled, or a newer request took the place of this one */
  WEFT_ESTATE = 6,         /* e.g. receiving a reply before sending a request */
  WEFT_EBUSY = 7,          /* e.g. a second peer of a pair socket; an aio that is in use */
  WEFT_EPROTOCOL = 8,      /* the peer speaks another protocol */
  WEFT_EMALFORMED = 9,     /* the peer sent bytes that mean nothing; a header that means nothing */
  WEFT_ETOOLARGE = 10,     /* over the receiver's limit */
  WEFT_EURL = 11,          /* no URL, or none that its transport can use */
  WEFT_ESCHEME = 12,       /* no transport for this URL's scheme */
  WEFT_EPROVIDER = 13,     /* no libfabric provider offers what was asked */
  WEFT_EADDRINUSE = 14,    /* somebody listens there */
  WEFT_ECONNREFUSED = 15,  /* nobody listens there */
  WEFT_EREJECTED = 16,     /* the peer answered and declined */
  WEFT_ERANGE = 17,        /* an option's value out of its range */
  WEFT_EFORKED = 18,       /* it belongs to the process of which this one is a fork */
  WEFT_EUNSUPPORTED = 19,  /* this protocol, build or peer cannot do it */
  WEFT_ENOPEERS = 20,      /* would block: nobody is connected */
  WEFT_EPEERSFULL = 21,    /* would block: no connected peer has room */
  WEFT_EGAVEUP = 22,       /* a request was sent as often as it may be, and nobody answered */
  WEFT_EUNTRUSTED = 23,    /* the peer's certificate is missing, or not good enough */

  WEFT_ENOMEM = 64,        /* no memory */
  WEFT_EARGUMENT = 65,     /* a null pointer, a number or flag that no argument can be */
  WEFT_EBADID = 66,        /* no id of this kind */
  WEFT_EOPTION = 67,       /* no option of this name, or none that this has */
  WEFT_ETYPE = 68,         /* the option is of another type */
  WEFT_EREADONLY = 69,     /* the option cannot be set, or not any more */
  WEFT_ENOSPACE = 70,      /* the caller's buffer is too small: the size needed was stored */
  WEFT_EINTERNAL = 71,     /* something else: weft_error_detail() has what is known */

  WEFT_ESYSTEM = 0x10000   /* plus an errno: the system said so */
};

/* A code in words. Never null; valid until the next call in this thread. */
const char *weft_strerror(int code);

/* The errno that means the same, for callers that deal in those: EAGAIN for WEFT_EPEERSFULL. 0 for WEFT_OK. */
int weft_errno(int code);

/* What the latest failure in this thread was about, in words: the option, or the part of a URL, at fault. Never null;
   empty when there is no more to say than the code says. Valid until the next call in this thread. */
const char *weft_error_detail(void);

/* The version of the library that is running, "1.2.3": the macros above are those of the headers. */
const char *weft_version(void);

#ifdef __cplusplus
}
#endif

#endif
