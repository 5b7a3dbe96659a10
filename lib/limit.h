/* limit: every bound in one place, each with its reason. */
#ifndef LIMIT_H
#define LIMIT_H

enum {
	/* One read or write of a stream: a larger one gains nothing measurable, one of 64 KiB costs a tenth more. */
	LIMIT_STREAM = 128 * 1024,

	/* One read of a file that is read whole: settings, aliases, routes, nearly all smaller. */
	LIMIT_FILE_READ = 16 * 1024,

	/* The header of a message, all fields together. Postfix takes 100 KB, Exim 1 MB. */
	LIMIT_HEADER = 1024 * 1024,

	/* One read of a message of which only the header is wanted: it holds nearly all; a page costs as little. */
	LIMIT_HEADER_READ = 4096,

	/* A line of a message as SMTP carries it, without its end (RFC 5321 §4.5.3.1.6). */
	LIMIT_TEXT_LINE = 998,

	/* Multiparts within each other; Postfix's mime_nesting_limit. A boundary: 70 by RFC 2046 §5.1.1, with grace. */
	LIMIT_MULTIPARTS = 100,
	LIMIT_BOUNDARY = 256,

	/* Parts of a message, and how many may be in each other: Dovecot stops at 10,000 and 100. */
	LIMIT_PARTS = 10000,
	LIMIT_PART_DEPTH = 100,

	/* Names of types, subtypes, charsets (RFC 6838 §4.2); a file name that is shown: NAME_MAX. */
	LIMIT_TYPE_NAME = 127,
	LIMIT_FILE_NAME = 255,

	/* A file of shared-mime-info, which has some 35 KB. */
	LIMIT_MEDIA_TYPES = 1024 * 1024,

	/* A part of a message that may not have to be encoded is held until it is known, so far. */
	LIMIT_HELD = 64 * 1024,

	/* Bytes of one character in any set, with the escape sequence before it. */
	LIMIT_CHARACTER = 16,

	/* The name of a character set in an encoded word. */
	LIMIT_CHARSET = 64,

	/* The pieces that a parameter is cut into (RFC 2231 §3). */
	LIMIT_SECTIONS = 256,

	/* Blanks that go before a line end of quoted-printable: no line of text that was padded on its way has more. */
	LIMIT_BLANKS = LIMIT_TEXT_LINE,

	/* A command line (§4.5.3.1.4 says 512; SMTPUTF8, DSN and AUTH each add to it). */
	LIMIT_COMMAND_LINE = 4096,

	/*
	 * A line of an AUTH exchange (RFC 4954 §4). The iterations of SCRAM that we do for a server or a verifier: half a second.
	 * Wrong passwords of a session, and ms until each is answered. Seconds that a command has to say a password or a token.
	 */
	LIMIT_SASL = 12288,
	LIMIT_ITERATIONS = 1000 * 1000,
	LIMIT_WRONG_PASSWORDS = 3,
	LIMIT_WRONG_PASSWORD_TIME = 2000,
	LIMIT_SECRET_TIME = 30,

	/* A mailbox address: 64 octets, "@", 255 octets (§4.5.3.1.1-2), with room for SMTPUTF8. */
	LIMIT_ADDRESS = 512,
	LIMIT_LOCAL_PART = 256,
	LIMIT_DOMAIN = 255,

	/* What a server may answer before we have read it: replies to a full pipeline fit in. */
	LIMIT_ANSWERS = 1024 * 1024,

	/* Recipients of one transaction as a client: §4.5.3.1.8 obliges servers to take 100. */
	LIMIT_TRANSACTION = 100,

	/* Seconds that an SMTP client may be silent (RFC 5321 §4.5.3.2.7). */
	LIMIT_SILENCE = 300,

	/* Bytes a second of a message, below which patience with the client runs out. */
	LIMIT_RATE = 256,

	/* Errors of a session that are answered at once; how many there may be; and the longest pause, in seconds. */
	LIMIT_FREE_ERRORS = 5,
	LIMIT_ERRORS = 20,
	LIMIT_TARPIT = 5,

	/* Commands that lead to no letter, and ms without one, before a session is ended. */
	LIMIT_IDLE_COMMANDS = 100,
	LIMIT_UNUSED = 30 * 60 * 1000,

	/* ms to wait for a client's end after our last word, or for its next command before its letters set out. */
	LIMIT_LINGER = 1000,

	/*
	 * Sessions at once where smtp-serve listens, of all clients and of one address: a session has half a megabyte
	 * of its own, and large sites come with ten connections. Children that are made before there is a connection for
	 * them: one takes milliseconds, and as many connections may come at once. Children that may wait after their
	 * sessions, and how many sessions one has: what it may have leaked ends with it. Sockets of one process: each
	 * address of a host.
	 */
	LIMIT_SESSIONS = 200,
	LIMIT_SESSIONS_EACH = 20,
	LIMIT_SPARE = 4,
	LIMIT_WAITING = 20,
	LIMIT_SESSIONS_OF_CHILD = 100,
	LIMIT_SOCKETS = 16,

	/* A line of text as HTML, longer ones in pieces; a URL in it: what browsers and servers agree on. */
	LIMIT_HTML_LINE = 8 * 1024,
	LIMIT_URL = 2048,

	/* What is passed on to the client of what a filter or a command says: it fits a reply line (§4.5.3.1.5). */
	LIMIT_SAID = 400,

	/* Letters on their way on one connection, unanswered: at 4 KB each more than any link holds. */
	LIMIT_IN_FLIGHT = 100,

	/* Connections that may break at a letter before it has to wait; and such in a row before its server has to. */
	LIMIT_LOSSES = 2,
	LIMIT_BARREN = 5,

	/* A settings file, an alias or a routes line. */
	LIMIT_SETTING_LINE = 64 * 1024,

	/* The aliases of a site, read whole at each look-up: some 200,000 lines. */
	LIMIT_ALIASES = 8 * 1024 * 1024,

	/* The subscribers of a list, read whole to be changed: some ten millions. */
	LIMIT_SUBSCRIBERS = 256 * 1024 * 1024,

	/*
	 * Automatic answers of all lists to one address and to all, in so many seconds: who subscribes to three lists needs three,
	 * and a forger, on hundreds of hosts, gets no more from each.
	 */
	LIMIT_REPLIES_EACH = 5,
	LIMIT_REPLIES = 10000,
	LIMIT_REPLIES_TIME = 3600,

	/* Seconds in which a confirmation has to come, or a probe back: two queues hold a letter for five days each. */
	LIMIT_CONFIRMATION = 14 * 24 * 3600,

	/* Messages that wait for a moderator at once: who sends more fills no disk. */
	LIMIT_PENDING = 1000,

	/* Bounces that are kept of a subscriber: months of them, one a day counts. */
	LIMIT_BOUNCES = 100,

	/* A subject or an author in the table of contents of a digest: two lines and more. */
	LIMIT_TOPIC = 200,

	/* What says which messages the digest has that is being sent: LIMIT_PARTS of the longest names. */
	LIMIT_ISSUE = 8 * 1024 * 1024,

	/*
	 * Of a letter in an archive: the author and the subject, as its pages show them; letters that it refers to that are looked
	 * for, the nearest; and text that stands on its page. What is longer is a file beside it.
	 */
	LIMIT_AUTHOR = 100,
	LIMIT_SUBJECT = 300,
	LIMIT_REFERENCES = 10,
	LIMIT_PAGE_TEXT = 1024 * 1024,

	/* The line that begins a message in a mailbox, the longest with UUCP paths; the header of a part of a digest. */
	LIMIT_SEPARATOR = 4096,

	/* Bytes of blank lines that may follow the end of a Babyl file: an editor leaves one. */
	LIMIT_TRAILER = 64,

	/* What is read at once of a mailbox, and looked at to find out its format: messages this long are written in one piece. */
	LIMIT_WINDOW = 1024 * 1024,

	/* Messages of a mailbox that go into a Maildir by one sync of the disk. */
	LIMIT_BATCH = 1000,

	/* Commands that run side by side for the messages of a mailbox. */
	LIMIT_COMMANDS_AT_ONCE = 1000,

	/* Seconds after which a file in tmp/ of a Maildir is what a crash left (the Maildir page says 36 hours). */
	LIMIT_MAILDIR_TMP = 36 * 3600,

	/* Seconds after which a lock file is nobody's. Appending takes a second or two; liblockfile says 5 minutes. */
	LIMIT_DOT_LOCK = 600,

	/* An alias or .forward with all that it includes: a list of a million addresses. */
	LIMIT_EXPANSION = 64 * 1024 * 1024,
	LIMIT_INCLUDES = 10,

	/* Seconds that a command has for a letter, or a locked mailbox to become free; -t of mail-deliver. */
	LIMIT_COMMAND_TIME = 600,

	/* A process that delivers is given up after so many times that: it hangs in the system, not in a command. */
	LIMIT_COMMANDS = 4,

	/* What a command says on standard error, as far as it stands in a result: an SMTP reply line has 512 bytes. */
	LIMIT_COMMAND_SAYS = 300,

	/* Recipients delivered to at once by one mail-deliver -j: enough for their fsyncs to share the disk's. */
	LIMIT_DELIVERIES = 10,

	/* Places where user-extension is cut: each costs a look-up, and anyone may send an address full of dashes. */
	LIMIT_DASHES = 8,

	/* What a server said, as it is kept in logs and bounces: Gmail's longest take 400. */
	LIMIT_REPLY = 900,

	/* A letter that comes back whole in its bounce unless RET says otherwise, as Postfix's bounce_size_limit. */
	LIMIT_ENCLOSED = 50 * 1000,

	/* Failed recipients of one bounce, some 400 bytes each; the next ones get another. */
	LIMIT_REPORTED = 10000,

	/* Texts that are kept of a bounce: LIMIT_REPORTED recipients of some 300 bytes; a line of it. A phrase that means something. */
	LIMIT_BOUNCED = 3 * 1024 * 1024,
	LIMIT_NOTICE_LINE = 8 * 1024,
	LIMIT_PHRASE = 64,

	/* Exchanges of one domain that are tried, best first: the largest sites publish some 20. */
	LIMIT_EXCHANGES = 50,

	/* Addresses of one family of one exchange. */
	LIMIT_ADDRESSES = 16,

	/* Aliases (CNAME) followed from one name; unbound follows 11. */
	LIMIT_CNAMES = 11,

	/* TLSA records of a host: one or two for each certificate, and for the next. */
	LIMIT_TLSA = 20,

	/* DNS questions at once: all of a domain with the most exchanges. A socket buffer holds some 250 answers. */
	LIMIT_QUESTIONS = 2 * LIMIT_EXCHANGES,

	/*
	 * SPF (RFC 7208 §4.6.4): terms that ask DNS; those of them to whose questions there is nothing; names of an MX or PTR answer
	 * whose addresses are asked for; ms for all of it; bytes of a domain or explanation once its macros are replaced.
	 */
	LIMIT_SPF_TERMS = 10,
	LIMIT_SPF_VOID = 2,
	LIMIT_SPF_NAMES = 10,
	LIMIT_SPF_TIME = 20 * 1000,
	LIMIT_SPF_TEXT = 1024,

	/* ms that a question about the policy of a domain may take: a message waits for it, and is munged after that. */
	LIMIT_POLICY_TIME = 5000,

	/*
	 * MTA-STS (RFC 8461 §3.3): bytes of a policy; seconds that fetching one may take, for a letter waits; and in which what
	 * could not be fetched is not asked for again. Seconds that a policy holds (§3.2).
	 */
	LIMIT_STS_POLICY = 64 * 1024,
	LIMIT_STS_TIME = 30,
	LIMIT_STS_RETRY = 5 * 60,
	LIMIT_STS_AGE = 31557600,

	/* Bytes of a policy in a line of the log; nearly all have some 150. */
	LIMIT_LOGGED_POLICY = 1024,

	/* Tags of a signature or a key: RFC 6376 has 13. */
	LIMIT_TAGS = 40,

	/* Signatures of a message that are looked at: more than a handful serve nobody (RFC 6376 §6.1). */
	LIMIT_SIGNATURES = 10,

	/* Sets of ARC fields of a message (RFC 8617 §4.2.1). */
	LIMIT_ARC_SETS = 50,

	/* Fields that one signature may be over, and of a header that is signed or verified: each of the former is looked for. */
	LIMIT_SIGNED = 500,
	LIMIT_FIELDS = 10000,

	/*
	 * Bits of an RSA key: below the first a signature proves nothing (RFC 8301 §3.2); above the second, which is what all
	 * have to take, a stranger chooses how long we compute. None of ours has fewer than the third.
	 */
	LIMIT_RSA_LEAST = 1024,
	LIMIT_RSA_MOST = 4096,
	LIMIT_RSA_OURS = 2048,

	/* Keys of other domains that are kept while message after message is verified, and for how many seconds. */
	LIMIT_KEYS = 100,
	LIMIT_KEY_TIME = 300,

	/* Places that a domain may have its reports sent to: RFC 7489 §6.2 obliges us to two. */
	LIMIT_REPORT_URIS = 10,

	/* Authors of a message whose domains are asked about, and who are named in its header: more than one is rare. */
	LIMIT_AUTHORS = 10,

	/* Bytes of a display name that we write: it has the line for itself. */
	LIMIT_DISPLAY_NAME = 100,

	/* A subject that is read, to put something before it: encoded it may become four times as long. */
	LIMIT_PREFIXED = 32 * 1024,

	/* The footer of a list: a page. */
	LIMIT_FOOTER = 8 * 1024,

	/* Domains that mx-lookup may be told to look for at once: each is a row in memory. */
	LIMIT_LOOKUPS = 1000,
};

#endif
