// HDF5: the datasets of a file, as far as what h5py writes by default needs it.
#pragma once

#include "base/result.hpp"
#include "model/tensor.hpp"

#include <string_view>
#include <vector>

namespace mpk::model {

/// HDF5 File Format Specification 3.0: superblock 0 and 1 (§II.A), object headers of version 1
/// (§IV.A.1.a), groups by symbol table (§III.A.1, III.B, III.D), contiguous and compact data.
/// `file` is the whole file. Paths without the first slash, in the file's order; text is left out.
/// malformed: broken, cut off, data that is not within the file or not of its shape's size;
/// unsupported: every other form, links that are not the only one to their object.
Result<std::vector<Tensor>> read_hdf5(std::string_view file);

}  // namespace mpk::model
