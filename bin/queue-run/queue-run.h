/*
 * queue-run: what its files share.
 *
 *	waiting         ids of letters that are due or soon will be
 *	entry           a letter in hand: open, locked, its recipients as rows sorted by destination
 *	batch           the rows of one entry that go to one destination
 *	task            up to 100 rows of a batch, one job of pennypost-transport(5), in the hands of a worker
 *	destination     a place with its batches and workers
 *	worker          one transport process; where it is smtp-send it goes from destination to destination
 *
 * One event loop: nothing in it waits but poll.
 */
#ifndef QUEUE_RUN_H
#define QUEUE_RUN_H

#include <limits.h>
#include <stdint.h>

#include "bounce.h"
#include "clock.h"
#include "conf.h"
#include "queue.h"
#include "routes.h"
#include "transport.h"

enum {
	/* Letters in hand, each a descriptor; what more would bring is only fairness between fewer. */
	OPEN_ENTRIES = 2000,

	/*
	 * Tasks in the hands of one worker: at first, at least and at most. In between it is what it
	 * answers in half a second, for that is what a letter behind them waits, and a turn takes to end;
	 * the most keeps a pipelined connection over 100 ms busy.
	 */
	WORKER_BEGIN = 10,
	WORKER_LEAST = 3,
	WORKER_DEPTH = 200,

	/* Tasks in the hands of every worker of a destination before it gets one more. */
	WORKER_SPREAD = 8,

	/* Transports that die without an answer, one after the other, before the destination is taken for broken. */
	DEATHS = 5,

	/* Once a destination has answered, it takes more than one failed connection to call it down. */
	FAILURES = 3,

	/* Seconds between two looks at a folder that other hosts may write too, and how far ahead each looks. */
	RESCAN = 60,

	SECOND_MS = 1000,
	SLICE_MS = 5 * SECOND_MS,       /* a worker's turn, when other destinations wait for one */
	IDLE_MS = 1 * SECOND_MS,        /* how long a resident's worker keeps its connection without work */
	SPARE_MS = 60 * SECOND_MS,      /* and how long it stays without one: starting it is a third of a delivery */
	LINGER_MS = 60 * SECOND_MS,     /* from the end of its input to its exit */
	SILENCE_MS = 3600 * SECOND_MS,  /* SMTP's time-outs add up to half an hour (RFC 5321 §4.5.3.2) */
};

/* waiting.c: which letters are due when. An id is known from waiting_add to waiting_done. */
struct due {
	time_t when;
	char id[QUEUE_ID];
};

struct waiting {
	struct due *heap;
	size_t count, cap;
	struct due *known;              /* a hash set by id; `when` is TAKEN for what is in hand */
	size_t used, slots;
};

#define DUE_NOW ((time_t)0)             /* tried whether due or not */

void waiting_add(struct waiting *, const char *id, time_t when);
bool waiting_take(struct waiting *, time_t now, struct due *);  /* one that is due, or false */
void waiting_again(struct waiting *, const struct due *);       /* taken, and waiting again */
void waiting_done(struct waiting *, const char *id);
time_t waiting_next(const struct waiting *);                    /* when the next is due, -1 for never */

/* hash.c: SipHash-2-4 under a key of this process, so that nobody outside can make two keys meet. */
uint64_t hash_bytes(slice);
uint64_t hash_more(uint64_t, slice);

struct row {
	uint64_t key;                   /* of the destination */
	uint32_t at;                    /* of the recipient line in the file */
};

struct entry {
	struct queued q;
	struct due due;                 /* as it was taken from `waiting` */
	struct row *rows;               /* recipients to do, sorted by key, then at */
	size_t count;
	size_t next;                    /* rows from here on are in no batch yet */
	size_t left;                    /* rows without an answer */
	size_t batches;
	size_t deferred, skipped;
	bool failed;                    /* recipients failed that nobody reported yet */
	bool marked;                    /* since the last queued_sync */
	bool notice;                    /* this attempt is the first after delay-notice */
	bool logged;                    /* this attempt left a line in the log */
	bool touched;
	buf last_reply;                 /* of a destination that could not be reached */
	time_t not_before;              /* of the next attempt: when a dead destination is called again */
	struct entry *before, *after;   /* all in hand */
	struct entry *next_touched;
};

struct batch {
	struct entry *entry;
	struct destination *to;
	size_t next, end;               /* rows not yet in a task */
	struct batch *link;
};

struct task {
	struct entry *entry;
	struct destination *to;
	size_t count, left;             /* recipients, and those without an answer */
	size_t first;                   /* recipients before it have their answers */
	bool lonely;                    /* its transport died: now it gets one of its own */
	bool unreachable;               /* every answer so far was 4.4.x */
	struct task_row {
		uint32_t at;            /* of the line in the file */
		uint32_t text, length;  /* where in `text` the recipient stands */
		bool answered;
	} *rows;
	buf text;
	struct report *success;         /* recipients delivered who asked to be told */
	struct task *link;
};

struct destination {
	uint64_t key;
	enum route_kind kind;
	enum route_tls tls;
	char *target;                   /* of the route, or the domain for ROUTE_EXCHANGES */
	char *name;                     /* for people and for queue/down */
	struct batch *first, **last;
	struct task *lonely, **last_lonely;
	size_t load;                    /* batches and tasks in hand */
	size_t workers;
	struct due *parked;             /* letters put back because too many for here were in hand */
	size_t parked_first, parked_count, parked_cap;
	time_t down_until;              /* 0: it is up, as far as we know */
	long long down_for;
	bool down_filed;
	buf reason;                     /* why it is down, a reply */
	unsigned failures, deaths;      /* in a row */
	bool worked;
	bool ready, wanting;            /* in the lists of that name */
	struct destination *next, *next_ready, *next_wanting;
};

struct worker {
	pid_t pid;                      /* 0 once it was waited for */
	int status;
	struct destination *to;
	int in, out, err;               /* our ends of its descriptors 0, 1 and 2; -1: closed */
	buf todo;                       /* job lines not yet written */
	size_t written;
	buf said, complaint;            /* unfinished lines of its output and its standard error */
	struct task *tasks, **last;
	size_t tasks_left;
	size_t depth;                   /* tasks that it gets at once */
	size_t answers;                 /* since `measured` */
	int64_t measured;               /* clock_ms */
	int64_t since, active;          /* clock_ms; when it came to this destination, when it last said something */
	bool turn_over;                 /* gets no more tasks from this destination */
	bool ending;                    /* gets no more tasks */
	bool answered;
	const char *fault;
	struct worker *next;
};

struct manager {
	struct conf conf;
	struct routes routes;
	struct queue queue;
	uid_t uid;                      /* whom transports run as, where we are root; 0: as we do */
	gid_t gid;
	char *user;
	bool resident, forced, stopping;
	slice only_domain;              /* -R */
	struct waiting waiting;
	struct entry *entries;
	size_t open, window;
	struct entry *touched;
	struct destination **table;     /* DESTINATIONS chains by key */
	size_t destinations, swept;
	struct destination *ready, **last_ready;
	struct destination *wanting, **last_wanting;
	struct worker *workers;
	size_t running;
	size_t backlog;                 /* batches, and lonely tasks, that wait for a worker */
	int shards[32];
	uint32_t unsynced;              /* shards with letters unlinked since their last fsync */
	int64_t tick;                   /* clock_ms of the last once-a-second work */
	int inotify, lock;
	unsigned scan;                  /* the next shard to look through */
	unsigned scans_left;
	bool scan_forced;
	int64_t next_scan;
	time_t swept_at;
	int status;
};

/* arrive.c: how letters become known. */
void arrive_begin(struct manager *);
void arrive_scan_all(struct manager *, bool forced);
void arrive_step(struct manager *);             /* looks through one shard, if it is time */
void arrive_events(struct manager *);           /* what inotify has to tell */
void arrive_lock(struct manager *);
int shard_folder(struct manager *, const char *id);

/* sweep.c: what crashes left behind, once a day. */
void sweep(struct manager *);

/* entry.c */
void entry_take(struct manager *, const struct due *);
void entry_touch(struct manager *, struct entry *);     /* something was answered: entry_go_on will look at it */
void entry_go_on(struct manager *, struct entry *);
void entry_sync(struct manager *);

/*
 * closer.c: the last close of a file that was unlinked frees its blocks, and takes as long as the disk takes for that: a
 * GB takes seconds, and where blocks are discarded each letter some tenths of a millisecond. A few processes do it meanwhile.
 */
void closer_close(int fd);
void closer_end(void);

/* destination.c */
uint64_t destination_key(struct manager *, const struct entry *, slice address);
struct destination *destination_get(struct manager *, const struct entry *, uint64_t key, slice address);
bool destination_full(const struct manager *, const struct destination *);
void destination_park(struct destination *, const struct due *);
void destination_add(struct manager *, struct destination *, struct batch *);
void destination_again(struct manager *, struct destination *, struct task *);
bool destination_waits(const struct destination *);
bool destination_has_parked(const struct destination *);
void destination_ready(struct manager *, struct destination *);
void destination_next(struct manager *);        /* has the first that is ready go on */
void destinations_each(struct manager *, void (*)(struct manager *, struct destination *));
void destination_give_slots(struct manager *);
void destination_sweep(struct manager *);

/* down.c: places that could not be reached, in memory and in queue/down. */
void down_read(struct manager *, struct destination *);
void down_notice(struct manager *, struct destination *, slice reply);  /* a task that found it unreachable */
void down_broken(struct manager *, struct destination *, slice reply);  /* a transport that died without an answer */
void down_clear(struct manager *, struct destination *);
void down_forget(struct manager *, struct destination *);        /* in memory only */
bool is_down(const struct destination *);

/* With verp each recipient has a return path of his own, built in *own; others have the sender of the envelope. */
bool entry_has_verp(const struct entry *);
slice entry_return_path(const struct entry *, slice recipient, buf *own);

/* task.c */
struct task *task_take(struct batch *);
slice task_recipient(const struct task *, size_t row);
void task_line(const struct manager *, const struct task *, buf *line);
void task_skip(struct manager *, struct task *);
void task_finish(struct manager *, struct task *);

/* Signals that we handle: in a transport they are as ever. */
enum { RUN_SIGNALS = 5 };
extern const int run_signals[RUN_SIGNALS];

/* worker.c */
bool is_smtp(const struct destination *);       /* a worker of one such serves all */
struct worker *worker_start(struct manager *, struct destination *);
void worker_move(struct manager *, struct worker *, struct destination *);
bool worker_is_idle(const struct worker *);
void worker_give(struct manager *, struct worker *, struct task *);
void worker_write(struct worker *);
void worker_read(struct manager *, struct worker *);
void worker_listen(struct worker *);
void worker_end(struct worker *);
void workers_kill(struct manager *);
void workers_reap(struct manager *);
void workers_watch(struct manager *);           /* deadlines and turns */

/* answer.c: what becomes of a recipient. */
void answer(struct manager *, struct task *, size_t row, const struct result *);
void answer_all(struct manager *, struct task *, slice reply);

/* What stands before the last reply in that of a letter whose time is up. */
#define EXPIRED "554 5.4.7 not delivered in time; the last answer was: "

/* reasons.c: the log of a letter, by recipient. */
struct reasons {
	int fd;
	struct reason_at { uint64_t key; off_t at; } *lines;    /* sorted by key, then at */
	size_t count;
	buf line, text;
};

void reasons_open(struct manager *, const struct entry *, struct reasons *);
void reasons_close(struct reasons *);

/* Sets tried, host and reply, borrowed until the next call; false, with a reply that says so, where the log has none. */
bool reasons_find(struct reasons *, slice address, struct bounce_recipient *);
time_t reasons_last_time(struct manager *, const struct entry *);       /* of its last line; -1: none */

/* report.c: bounces. */
enum report_status { REPORT_DONE, REPORT_PARK, REPORT_LATER };
enum report_status report_failures(struct manager *, struct entry *);
bool report_delay_is_due(struct manager *, const struct entry *);
void report_delay(struct manager *, struct entry *);
bool report_wants(slice recipient, const char *what);
void report_success(struct manager *, struct task *, size_t row, const struct result *, slice reply);
void report_send_success(struct manager *, struct task *);

#endif
