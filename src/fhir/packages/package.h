// Implementation guide packages (https://hl7.org/fhir/packages.html, the npm form): a gzipped tar
// with package/package.json and one JSON file for each definition.
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "foundation/bytes.h"
#include "foundation/result.h"

namespace salus::fhir {

struct Package {
    std::string name;
    std::string version;
    // StructureDefinitions, ValueSets and CodeSystems, as JSON; examples are left out.
    std::vector<std::string> definitions;
    std::vector<std::string> search_parameters;  // likewise
};

// Errc::invalid: not such a package; Errc::too_large beyond limits::kPackageBytes,
// kPackageUnpackedBytes, kPackageFiles.
[[nodiscard]] Result<Package> read_package(BytesView tgz);
// name@version, of the characters that such names have.
[[nodiscard]] bool is_package_id(std::string_view text) noexcept;

}  // namespace salus::fhir
