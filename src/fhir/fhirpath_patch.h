// FHIRPath Patch (https://hl7.org/fhir/R4/fhirpatch.html): a Parameters resource whose operations
// say by FHIRPath where something is added, inserted, deleted, replaced or moved.
//
// Each operation sees what the ones before it left. A path leads to one element, or to a whole list
// for insert and move; what an operation does not name is copied byte for byte. A primitive's
// extensions go with it when it is deleted; lists of primitives that have extensions are not
// changed by place. Errors hold no value. Thread safety: a patch is immutable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fhir/fhirpath/expression.h"
#include "fhir/resource.h"
#include "foundation/ephi.h"
#include "foundation/result.h"

namespace salus::fhir {

enum class FhirPathOperation : std::uint8_t { add, insert, erase, replace, move };

struct FhirPathStep {
    FhirPathOperation operation{};
    std::string path;
    std::shared_ptr<fhirpath::Expression const> where;  // the path, compiled; shared by copies
    std::string name;                                   // add: of the element
    std::optional<json::Value> value;  // add, insert, replace: the part that holds the value
    std::size_t index = 0;             // insert; move: the source
    std::size_t destination = 0;       // move
};

class FhirPathPatch {
public:
    // Errc::invalid: not Parameters of this kind, or a path that is no FHIRPath; Errc::too_large
    // beyond limits::kPatchOperations.
    [[nodiscard]] static Result<FhirPathPatch> parse(Resource parameters);
    // The same of Parameters inside a Bundle, which must outlive the patch.
    [[nodiscard]] static Result<FhirPathPatch> parse(ResourceView const& parameters);

    // The top-level elements that the patch reads or writes, each once; nothing if a path may read
    // more than its own steps say.
    [[nodiscard]] std::optional<std::vector<std::string>> elements() const;

    // The patched resource's text. Errc::unprocessable: a path does not lead to what the operation
    // needs; Errc::too_large.
    [[nodiscard]] Result<EphiText> apply(ResourceView const& resource, json::Parser& parser) const;

private:
    explicit FhirPathPatch(std::vector<FhirPathStep> steps) : steps_(std::move(steps)) {}
    std::unique_ptr<Resource> parameters_;  // the steps look into it, if it is the patch's own
    std::vector<FhirPathStep> steps_;
};

}  // namespace salus::fhir
