/* media: the extensions of file names that stand for types of MIME, those that mail really carries. */
#ifndef MEDIA_H
#define MEDIA_H

#include "buf.h"

/* The extension, with its dot, of a type such as `image/png`; that of text or of any bytes where it is not known. */
const char *media_extension(slice type, slice subtype);

/* The type that the extension of a file name stands for; NULL where it is not known. */
const char *media_type(slice file_name);

#endif
