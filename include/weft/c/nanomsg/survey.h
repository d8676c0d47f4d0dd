/* SPDX-License-Identifier: MIT */
#ifndef NANOMSG_SURVEY_H
#define NANOMSG_SURVEY_H

#define NN_PROTO_SURVEY 6
#define NN_SURVEYOR (NN_PROTO_SURVEY * 16 + 2)
#define NN_RESPONDENT (NN_PROTO_SURVEY * 16 + 3)

/* Option of NN_SURVEYOR, in milliseconds. */
#define NN_SURVEYOR_DEADLINE 1

#endif
