/* Sizes, times and lists as pennypost.conf(5) writes them. */
#include "conf.h"
#include "settings.h"
#include "tap.h"

int main(void)
{
	char domains[] = "a.example  B.example xn--bcher-kva.example";
	struct conf c = { .local_domains = domains };

	ok(setting_size(SLICE("0")) == 0, "0");
	ok(setting_size(SLICE("50M")) == 50LL << 20, "50M");
	ok(setting_size(SLICE("3k")) == 3072, "3k");
	ok(setting_size(SLICE("2T")) == 2LL << 40, "2T");
	ok(setting_size(SLICE("")) == -1, "no size");
	ok(setting_size(SLICE("M")) == -1, "a unit alone");
	ok(setting_size(SLICE("1X")) == -1, "no unit");
	ok(setting_size(SLICE("-1")) == -1, "below zero");
	ok(setting_size(SLICE("999999999999999T")) == -1, "more than a number holds");
	ok(setting_time(SLICE("90")) == 90, "90");
	ok(setting_time(SLICE("5d")) == 5 * 86400, "5d");
	ok(setting_time(SLICE("4h")) == 4 * 3600, "4h");
	ok(setting_time(SLICE("off")) == 0, "off");
	ok(setting_time(SLICE("5 d")) == -1, "a blank inside");
	ok(conf_local(&c, SLICE("b.EXAMPLE.")), "a list, without case");
	ok(conf_local(&c, SLICE("B\xc3\x9c" "cher.example")), "its A-labels");
	ok(!conf_local(&c, SLICE("example")), "whole words");
	c.local_domains = strcpy(domains, "");
	ok(!conf_local(&c, SLICE("")), "nothing is in nothing");
	return tap_done();
}
