/*
 * sanitize: linked with programs that are built with sanitizers, for a transport's environment would not tell them: memory that
 * a process leaves to its end is no leak.
 */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}
