// JSON Patch (RFC 6902, with pointers of RFC 6901), https://hl7.org/fhir/R4/http.html#patch.
//
// A patch is read once and can be applied to any document. What it does not touch is copied byte
// for byte, so numbers keep their spelling. The work is bounded: operations, pointers, the size of
// what comes out (a copy of the whole into itself would double it each time), and the steps taken.
// Errors never hold a value or a name of the document. Thread safety: a patch is immutable.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/resource.h"
#include "foundation/ephi.h"
#include "foundation/result.h"
#include "json/document.h"

namespace salus::fhir {

enum class PatchOperation : std::uint8_t { add, remove, replace, move, copy, test };

// Tokens of a JSON Pointer, unescaped.
using PatchPointer = std::vector<std::string>;

struct PatchStep {
    PatchOperation operation;
    PatchPointer path;
    PatchPointer from;                 // move, copy
    std::optional<json::Value> value;  // add, replace, test; looks into the patch's text
};

// What to do with a list that a patch has emptied. FHIR has no empty lists (json.html).
enum class EmptiedLists : std::uint8_t { stay, go };

class JsonPatch {
public:
    // Errc::invalid: not a list of operations; Errc::too_large: beyond limits::kPatchOperations or
    // a pointer beyond limits::kPatchPointerBytes. The text is kept, and scrubbed with the patch.
    [[nodiscard]] static Result<JsonPatch> parse(EphiText text, json::Parser& parser);

    [[nodiscard]] std::span<PatchStep const> steps() const noexcept { return steps_; }
    // The top-level members that the patch reads or writes, each once and without the "_" of a
    // primitive's extensions; nothing if it names the whole document.
    [[nodiscard]] std::optional<std::vector<std::string>> elements() const;

    // The patched document's text. Errc::unprocessable: a path leads nowhere or a test fails;
    // Errc::too_large: beyond limits::kResourceBytes or limits::kPatchWork.
    [[nodiscard]] Result<EphiText> apply(json::Value document, EmptiedLists emptied) const;

private:
    JsonPatch(std::unique_ptr<json::Document> document, std::vector<PatchStep> steps)
        : document_(std::move(document)), steps_(std::move(steps)) {}
    std::unique_ptr<json::Document> document_;  // behind a pointer: the steps look into it
    std::vector<PatchStep> steps_;
};

}  // namespace salus::fhir
