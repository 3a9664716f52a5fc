// protozero with a check of wire types that throws: its own is an assert, wrong ones are bad input.
#pragma once

#include <stdexcept>

#if defined(protozero_assert)
#error "include base/protozero.hpp instead of protozero's headers"
#endif
// NOLINTNEXTLINE(readability-identifier-naming): the library's own name
#define protozero_assert(condition) ((condition) ? void() : throw std::logic_error(#condition))

#include <protozero/pbf_reader.hpp>  // IWYU pragma: export
#include <protozero/pbf_writer.hpp>  // IWYU pragma: export
