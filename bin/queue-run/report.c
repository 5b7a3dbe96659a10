#include "queue-run.h"

enum report_status report_failures(struct manager *m, struct entry *e) { (void)m; (void)e; return REPORT_LATER; }
void report_delay(struct manager *m, struct entry *e) { (void)m; (void)e; }
bool report_delay_is_due(struct manager *m, const struct entry *e) { (void)m; (void)e; return false; }
bool report_wants(slice recipient, const char *what) { (void)recipient; (void)what; return false; }
void report_success(struct manager *m, struct task *t, size_t row, const struct result *r) { (void)m; (void)t; (void)row; (void)r; }
void report_send_success(struct manager *m, struct task *t) { (void)m; (void)t; }
