// push --part: this machine's files into the registry, and a note of what they are.
#pragma once

#include "base/digest.hpp"
#include "flow/context.hpp"
#include "flow/pack.hpp"
#include "modelpack/artifact.hpp"
#include "modelpack/part_document.hpp"
#include "modelpack/parts.hpp"
#include "oci/descriptor.hpp"
#include "oci/manifest.hpp"
#include "oci/reference.hpp"
#include "oci/store.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace mpk::flow {

struct PartOutcome {
  oci::Reference reference;  // of the part: REF.part-2-of-4
  Digest digest;             // of its manifest
  Digest plan;
  std::vector<modelpack::ModelFile> files;
  std::vector<std::string> ignored;
  std::size_t blobs_uploaded = 0, blobs_already_there = 0;  // of the files
};

/// Streams the files of this part as pack_to() does, then pushes the part's manifest under
/// part_tag(). `reference` has a tag. usage: the tag would be too long (before any byte is read);
/// mismatch: the directory changed meanwhile, or this part is there already, of the same plan and
/// with other bytes.
Result<PartOutcome> push_part(const Context& context, const PackRequest& request,
                              const oci::Reference& reference, const modelpack::PartNumber& part);

/// A part as it is in a store.
struct PushedPart {
  std::string tag;
  oci::Descriptor manifest;
  oci::Manifest content;
  modelpack::PartDocument document;
};

/// not_found: there is no such tag; malformed: what it names is no part, or another one.
Result<PushedPart> read_part(oci::Store& store, const std::string& tag,
                             const modelpack::PartNumber& part);
/// The files of a part, with their heads.
Result<std::vector<modelpack::StreamedFile>> read_part_files(oci::Store& store,
                                                             const PushedPart& part);

}  // namespace mpk::flow
