// A resource against the definitions: structure, cardinality, bindings, references, invariants, in
// one pass over the document. Private to the room: fhir/resource.h is the door.
// Thread safety: a validator serves one call.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions.h"
#include "fhir/element_path.h"
#include "fhir/invariants.h"
#include "fhir/local_references.h"
#include "fhir/presence.h"
#include "fhir/profiles/profile.h"
#include "foundation/issue.h"
#include "foundation/result.h"
#include "json/document.h"

namespace salus::fhir {

// The type that a resource says it has. Errc::invalid.
[[nodiscard]] Result<Type const*> type_of_resource(json::Value value);

enum class Thoroughness : std::uint8_t {
    errors,               // what refuses a write
    errors_and_warnings,  // what $validate tells
};

struct ValidationOptions {
    Thoroughness thoroughness = Thoroughness::errors;
    ProfileSet const* profiles = nullptr;  // nullptr: no package is loaded
};

class Validator {
public:
    // REQUIRES: `type` is what the resource says.
    Validator(Type const& type, ValidationOptions const& options, IssueList& issues);
    void validate(json::Value resource);
    // One more profile, whether or not the resource names it. REQUIRES: after validate().
    void validate_profile(json::Value resource, std::string_view url);

private:
    // What was seen of one object.
    struct Progress {
        Type const& type;
        std::uint64_t present = 0;  // by slot
        std::size_t next = 0;       // members mostly come in the definition's order
        std::array<Element const*, 16> chosen{};
    };
    enum class Has : std::uint8_t { no_value, value };  // of a primitive with extensions

    void resource(json::Value value, Element const& element);
    void root(json::Value value, Type const& type);
    [[nodiscard]] std::uint64_t object(json::Value value, Type const& type);
    void member(Progress& progress, json::Value parent, json::Value::Member const& member);
    void element(json::Value parent, json::Value value, Element const& element);
    void list(json::Value parent, json::Value value, Element const& element);
    void item(json::Value value, Element const& element);
    void primitive(json::Value value, Element const& element);
    void companion(json::Value parent, json::Value value, Element const& element);
    void companions(json::Value parent, json::Value value, Element const& element);
    void extended(json::Value value, Element const& element, Has has);

    void profiles(json::Value resource, Type const& type);
    void profile(json::Value resource, Type const& type, std::string_view url);
    void extension(json::Value value);

    // Ids of elements, of which a resource has each once.
    void note_id(json::Value value);
    void check_ids(std::size_t first);
    void missing(Type const& type, std::uint64_t absent);
    void constraints(json::Value value, Type const& type, std::uint64_t present,
                     std::span<Constraint const* const> list);
    void violation(Constraint const& constraint);
    [[nodiscard]] Verdict decide(Constraint const& constraint, json::Value value, Type const& type,
                                 std::uint64_t present);

    ElementPath path_;
    Reporter report_;
    ValidationOptions options_;
    LocalReferences local_;
    InvariantEvaluator invariants_;
    std::vector<std::string> ids_;         // of elements, of the resources that are open
    std::vector<json::Value> narratives_;  // that link to something inside
    Type const* element_type_;             // Element: id and extensions of a primitive
};

// The element of this name, looking first where it is expected; `next` moves behind it.
[[nodiscard]] Element const* find_next_element(Type const& type, std::string_view name,
                                               std::size_t& next) noexcept;

}  // namespace salus::fhir
