/* Types and extensions stand for each other. */
#include "media.h"
#include "tap.h"

int main(void)
{
	same(slice_of(media_extension(SLICE("image"), SLICE("jpeg"))), ".jpg", "the first of two extensions");
	same(slice_of(media_extension(SLICE("TEXT"), SLICE("Plain"))), ".txt", "any case");
	same(slice_of(media_extension(SLICE("text"), SLICE("x-unheard-of"))), ".txt", "text of any kind");
	same(slice_of(media_extension(SLICE("message"), SLICE("x-unheard-of"))), ".eml", "messages of any kind");
	same(slice_of(media_extension(SLICE("x"), SLICE("y"))), ".bin", "what is not known");
	same(slice_of(media_type(SLICE("Report.PDF"))), "application/pdf", "a name in capitals");
	same(slice_of(media_type(SLICE("a.b.jpeg"))), "image/jpeg", "the last of two dots");
	ok(!media_type(SLICE("README")) && !media_type(SLICE(".pdf")) && !media_type(SLICE("a.unheard")), "names that say nothing");
	return tap_done();
}
