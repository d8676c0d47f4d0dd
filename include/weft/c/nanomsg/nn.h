/* SPDX-License-Identifier: MIT */
/* The interface of libnanomsg 1.1 (libnanomsg.so.5), served by weft: docs/nanomsg.md says what differs. */
#ifndef NANOMSG_NN_H
#define NANOMSG_NN_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef NN_EXPORT
#define NN_EXPORT extern
#endif

/* libtool's: the interface, its revision, and how many older ones it still serves. */
#define NN_VERSION_CURRENT 5
#define NN_VERSION_REVISION 1
#define NN_VERSION_AGE 0

/* Errors that are nanomsg's own; all others are the system's. */
#define NN_HAUSNUMERO 156384712
#ifndef EACCESS
#define EACCESS (EACCES)
#endif
#ifndef ETERM
#define ETERM (NN_HAUSNUMERO + 53)
#endif
#ifndef EFSM
#define EFSM (NN_HAUSNUMERO + 54)
#endif

NN_EXPORT int nn_errno(void);
NN_EXPORT const char *nn_strerror(int errnum);

/* The names and values of this interface, by number from 0: NULL, or 0, behind the last. */
NN_EXPORT const char *nn_symbol(int i, int *value);

#define NN_NS_NAMESPACE 0
#define NN_NS_VERSION 1
#define NN_NS_DOMAIN 2
#define NN_NS_TRANSPORT 3
#define NN_NS_PROTOCOL 4
#define NN_NS_OPTION_LEVEL 5
#define NN_NS_SOCKET_OPTION 6
#define NN_NS_TRANSPORT_OPTION 7
#define NN_NS_OPTION_TYPE 8
#define NN_NS_OPTION_UNIT 9
#define NN_NS_FLAG 10
#define NN_NS_ERROR 11
#define NN_NS_LIMIT 12
#define NN_NS_EVENT 13
#define NN_NS_STATISTIC 14

#define NN_TYPE_NONE 0
#define NN_TYPE_INT 1
#define NN_TYPE_STR 2

#define NN_UNIT_NONE 0
#define NN_UNIT_BYTES 1
#define NN_UNIT_MILLISECONDS 2
#define NN_UNIT_PRIORITY 3
#define NN_UNIT_BOOLEAN 4
#define NN_UNIT_MESSAGES 5
#define NN_UNIT_COUNTER 6

struct nn_symbol_properties {
  int value;
  const char *name;
  int ns;
  int type;
  int unit;
};

/* Fills in up to buflen bytes; the size of what it knows. */
NN_EXPORT int nn_symbol_info(int i, struct nn_symbol_properties *buf, int buflen);

/* Closes every socket; no new ones can be made. */
NN_EXPORT void nn_term(void);

/* As a length: the pointer leads to one from nn_allocmsg(), which changes hands. */
#define NN_MSG ((size_t)-1)

NN_EXPORT void *nn_allocmsg(size_t size, int type);
NN_EXPORT void *nn_reallocmsg(void *msg, size_t size);
NN_EXPORT int nn_freemsg(void *msg);

struct nn_iovec {
  void *iov_base;
  size_t iov_len;
};

struct nn_msghdr {
  struct nn_iovec *msg_iov;
  int msg_iovlen;
  void *msg_control;
  size_t msg_controllen;
};

struct nn_cmsghdr {
  size_t cmsg_len;
  int cmsg_level;
  int cmsg_type;
};

NN_EXPORT struct nn_cmsghdr *nn_cmsg_nxthdr_(const struct nn_msghdr *mhdr, const struct nn_cmsghdr *cmsg);

#define NN_CMSG_ALIGN_(len) (((len) + sizeof(size_t) - 1) & (size_t) ~(sizeof(size_t) - 1))
#define NN_CMSG_FIRSTHDR(mhdr) nn_cmsg_nxthdr_((struct nn_msghdr *)(mhdr), NULL)
#define NN_CMSG_NXTHDR(mhdr, cmsg) nn_cmsg_nxthdr_((struct nn_msghdr *)(mhdr), (struct nn_cmsghdr *)(cmsg))
#define NN_CMSG_DATA(cmsg) ((unsigned char *)(((struct nn_cmsghdr *)(cmsg)) + 1))
#define NN_CMSG_SPACE(len) (NN_CMSG_ALIGN_(len) + NN_CMSG_ALIGN_(sizeof(struct nn_cmsghdr)))
#define NN_CMSG_LEN(len) (NN_CMSG_ALIGN_(sizeof(struct nn_cmsghdr)) + (len))

#define AF_SP 1
#define AF_SP_RAW 2

/* Addresses are shorter than this. */
#define NN_SOCKADDR_MAX 128

#define NN_SOL_SOCKET 0

#define NN_LINGER 1
#define NN_SNDBUF 2
#define NN_RCVBUF 3
#define NN_SNDTIMEO 4
#define NN_RCVTIMEO 5
#define NN_RECONNECT_IVL 6
#define NN_RECONNECT_IVL_MAX 7
#define NN_SNDPRIO 8
#define NN_RCVPRIO 9
#define NN_SNDFD 10
#define NN_RCVFD 11
#define NN_DOMAIN 12
#define NN_PROTOCOL 13
#define NN_IPV4ONLY 14
#define NN_SOCKET_NAME 15
#define NN_RCVMAXSIZE 16
#define NN_MAXTTL 17

#define NN_DONTWAIT 1

/* Control data: a size_t and so many bytes of the protocol's header. */
#define PROTO_SP 1
#define SP_HDR 1

NN_EXPORT int nn_socket(int domain, int protocol);
NN_EXPORT int nn_close(int s);
NN_EXPORT int nn_setsockopt(int s, int level, int option, const void *optval, size_t optvallen);
NN_EXPORT int nn_getsockopt(int s, int level, int option, void *optval, size_t *optvallen);
NN_EXPORT int nn_bind(int s, const char *addr);
NN_EXPORT int nn_connect(int s, const char *addr);
NN_EXPORT int nn_shutdown(int s, int how);
NN_EXPORT int nn_send(int s, const void *buf, size_t len, int flags);
NN_EXPORT int nn_recv(int s, void *buf, size_t len, int flags);
NN_EXPORT int nn_sendmsg(int s, const struct nn_msghdr *msghdr, int flags);
NN_EXPORT int nn_recvmsg(int s, struct nn_msghdr *msghdr, int flags);

#define NN_POLLIN 1
#define NN_POLLOUT 2

struct nn_pollfd {
  int fd;
  short events;
  short revents;
};

NN_EXPORT int nn_poll(struct nn_pollfd *fds, int nfds, int timeout);

NN_EXPORT int nn_device(int s1, int s2);

#define NN_STAT_ESTABLISHED_CONNECTIONS 101
#define NN_STAT_ACCEPTED_CONNECTIONS 102
#define NN_STAT_DROPPED_CONNECTIONS 103
#define NN_STAT_BROKEN_CONNECTIONS 104
#define NN_STAT_CONNECT_ERRORS 105
#define NN_STAT_BIND_ERRORS 106
#define NN_STAT_ACCEPT_ERRORS 107
#define NN_STAT_CURRENT_CONNECTIONS 201
#define NN_STAT_INPROGRESS_CONNECTIONS 202
#define NN_STAT_CURRENT_EP_ERRORS 203
#define NN_STAT_MESSAGES_SENT 301
#define NN_STAT_MESSAGES_RECEIVED 302
#define NN_STAT_BYTES_SENT 303
#define NN_STAT_BYTES_RECEIVED 304
#define NN_STAT_CURRENT_SND_PRIORITY 401

NN_EXPORT uint64_t nn_get_statistic(int s, int stat);

#ifdef __cplusplus
}
#endif

#endif
