/* work: the letters to be sent and what became of their recipients. */
#ifndef WORK_H
#define WORK_H

#include "content.h"
#include "send.h"
#include "transport.h"

enum recipient_state { TO_DO, SENT, ANSWERED };

/* A letter. It goes when every recipient is answered and nothing refers to it. */
struct work {
	struct job job;
	int fd;                 /* holds the message, or -1: the file job.path does */
	char *state;            /* of each recipient */
	size_t to_do;           /* recipients in that state; none stands before first_to_do */
	size_t first_to_do;
	size_t unanswered;
	struct place place;
	buf labels;             /* of its domain, if they had to be made */
	unsigned losses;        /* connections that broke while this letter was the next to be answered */
	unsigned references;
	struct facts facts;     /* once known */
	bool known;
	struct work *next;
};

/* All letters there are, in the order in which they came. */
extern struct work *works;

/* Takes over the job. */
void work_add(struct job *, int fd);

/* The first letter for this place that has recipients to do, or NULL. */
struct work *work_find(struct place);
struct work *work_any(void);

void work_hold(struct work *);
void work_release(struct work *);

/* Recipient i: is on its way, is to be sent once more, has its result, which is printed. */
void work_sent(struct work *, size_t i);
void work_again(struct work *, size_t i);
void work_answer(struct work *, size_t i, const struct verdict *);

/* Answers all recipients of a letter that are to do; may free it. */
void work_answer_rest(struct work *, const struct verdict *);

/* Job lines on standard input: reads what is there without waiting, as long as few letters wait. */
void jobs_take(void);
bool jobs_wanted(void);         /* there may be more, and there is room */
bool jobs_over(void);           /* there will be no more */
void jobs_end(void);
int jobs_status(void);          /* EX_DATAERR where a line was no job */

/* The exit status that all results so far make together. */
int work_status(void);

#endif
