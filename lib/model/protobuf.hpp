// Files that are protocol buffers from their first byte to their last. Internal to model/.
#pragma once

#include "base/protozero.hpp"
#include "base/text.hpp"
#include "model/head.hpp"

#include <exception>
#include <string>

namespace mpk::model {

/// What `read` gives, a Result, which uses protozero. unsupported: the file was not kept whole;
/// malformed: protozero has thrown (wrong wire type, cut off, overlong varint), as `broken` says.
template <class Read>
auto read_protobuf(const FileHead& head, const char* what, const char* broken, const Read& read)
    -> decltype(read()) {
  if (!head.whole) {
    return Error(ErrorKind::unsupported,
                 std::string(what) + " of " + human_size(head.size) + " is too large to be read");
  }
  try {
    return read();
  } catch (const std::exception&) {
    return Error(ErrorKind::malformed, broken);
  }
}

}  // namespace mpk::model
