// Raw DEFLATE streams (RFC 1951), as zip members and zlib streams hold them.
#pragma once

#include "archive/source.hpp"

namespace mpk::archive {

/// `raw` dressed as a gzip member (RFC 1952 §2.3), for a Decompressor. Its check sum says nothing:
/// libarchive does not look at it, and the readers of models do not either.
Source as_gzip(Source raw);

}  // namespace mpk::archive
