#include "media.h"

/* Of two rows with the same type, the first has the extension that it gets. */
static const struct { const char *extension, *type; } media[] = {
	{ ".txt", "text/plain" }, { ".text", "text/plain" }, { ".log", "text/plain" },
	{ ".html", "text/html" }, { ".htm", "text/html" }, { ".css", "text/css" }, { ".csv", "text/csv" },
	{ ".md", "text/markdown" }, { ".ics", "text/calendar" }, { ".vcf", "text/vcard" }, { ".vcf", "text/x-vcard" },
	{ ".diff", "text/x-diff" }, { ".patch", "text/x-patch" }, { ".rtf", "application/rtf" }, { ".rtf", "text/rtf" },
	{ ".xml", "application/xml" }, { ".xml", "text/xml" }, { ".json", "application/json" },
	{ ".pdf", "application/pdf" }, { ".ps", "application/postscript" },
	{ ".doc", "application/msword" }, { ".xls", "application/vnd.ms-excel" }, { ".ppt", "application/vnd.ms-powerpoint" },
	{ ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ ".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ ".odt", "application/vnd.oasis.opendocument.text" },
	{ ".ods", "application/vnd.oasis.opendocument.spreadsheet" },
	{ ".odp", "application/vnd.oasis.opendocument.presentation" },
	{ ".zip", "application/zip" }, { ".gz", "application/gzip" }, { ".bz2", "application/x-bzip2" },
	{ ".xz", "application/x-xz" }, { ".tar", "application/x-tar" }, { ".7z", "application/x-7z-compressed" },
	{ ".p7s", "application/pkcs7-signature" }, { ".p7s", "application/x-pkcs7-signature" },
	{ ".p7m", "application/pkcs7-mime" }, { ".p7m", "application/x-pkcs7-mime" },
	{ ".asc", "application/pgp-signature" }, { ".asc", "application/pgp-encrypted" },
	{ ".jpg", "image/jpeg" }, { ".jpeg", "image/jpeg" }, { ".png", "image/png" }, { ".gif", "image/gif" },
	{ ".svg", "image/svg+xml" }, { ".webp", "image/webp" }, { ".tif", "image/tiff" }, { ".tiff", "image/tiff" },
	{ ".bmp", "image/bmp" }, { ".heic", "image/heic" }, { ".ico", "image/vnd.microsoft.icon" },
	{ ".mp3", "audio/mpeg" }, { ".wav", "audio/x-wav" }, { ".ogg", "audio/ogg" }, { ".m4a", "audio/mp4" },
	{ ".mp4", "video/mp4" }, { ".mov", "video/quicktime" }, { ".mpeg", "video/mpeg" }, { ".avi", "video/x-msvideo" },
	{ ".eml", "message/rfc822" }, { ".eml", "message/global" }, { ".bin", "application/octet-stream" },
};

const char *media_extension(slice type, slice subtype)
{
	for (size_t i = 0; i < sizeof media / sizeof *media; i++) {
		slice name = slice_of(media[i].type);
		size_t slash = slice_find(name, '/');

		if (slice_case_same(slice_upto(name, slash), type) && slice_case_same(slice_from(name, slash + 1), subtype))
			return media[i].extension;
	}
	if (slice_case_is(type, "message"))
		return ".eml";
	return slice_case_is(type, "text") ? ".txt" : ".bin";
}

const char *media_type(slice file_name)
{
	for (size_t i = 0; i < sizeof media / sizeof *media; i++) {
		slice extension = slice_of(media[i].extension);

		if (file_name.n > extension.n && slice_case_same(slice_from(file_name, file_name.n - extension.n), extension))
			return media[i].type;
	}
	return NULL;
}
