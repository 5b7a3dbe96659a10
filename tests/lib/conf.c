/* Sizes, times and lists as pennypost.conf(5) writes them. */
#include "conf.h"
#include "tap.h"

int main(void)
{
	ok(conf_size(SLICE("0")) == 0, "0");
	ok(conf_size(SLICE("50M")) == 50LL << 20, "50M");
	ok(conf_size(SLICE("3k")) == 3072, "3k");
	ok(conf_size(SLICE("2T")) == 2LL << 40, "2T");
	ok(conf_size(SLICE("")) == -1, "no size");
	ok(conf_size(SLICE("M")) == -1, "a unit alone");
	ok(conf_size(SLICE("1X")) == -1, "no unit");
	ok(conf_size(SLICE("-1")) == -1, "below zero");
	ok(conf_size(SLICE("999999999999999T")) == -1, "more than a number holds");
	ok(conf_time(SLICE("90")) == 90, "90");
	ok(conf_time(SLICE("5d")) == 5 * 86400, "5d");
	ok(conf_time(SLICE("4h")) == 4 * 3600, "4h");
	ok(conf_time(SLICE("off")) == 0, "off");
	ok(conf_time(SLICE("5 d")) == -1, "a blank inside");
	ok(conf_lists("a.example  B.example", SLICE("b.EXAMPLE")), "a list, without case");
	ok(!conf_lists("a.example", SLICE("example")), "whole words");
	ok(!conf_lists("", SLICE("")), "nothing is in nothing");
	return tap_done();
}
