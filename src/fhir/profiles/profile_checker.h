// A resource, or an extension, against a profile's rule tree. The base definition was checked
// before. Private to the room. Thread safety: serves one validation.
#pragma once

#include <optional>
#include <vector>

#include "fhir/element_path.h"
#include "fhir/invariants.h"
#include "fhir/local_references.h"
#include "fhir/profiles/profile.h"
#include "json/document.h"

namespace salus::fhir {

// One occurrence of an element.
struct ProfiledItem {
    Element const* element;  // nullptr: a root
    Type const* type;
    std::optional<json::Value> value;   // nothing: a primitive that has only extensions
    std::optional<json::Value> extras;  // of a primitive: its id and extensions
    std::optional<std::size_t> index;
};

class ProfileChecker {
public:
    ProfileChecker(ProfileSet const& profiles, LocalReferences& local,
                   InvariantEvaluator& invariants, ElementPath& path, Reporter& report)
        : profiles_(profiles),
          local_(local),
          invariants_(invariants),
          path_(path),
          report_(report) {}

    // `value` is of the profile's type, or of one that the profile does not concern (no rules).
    void check(json::Value value, Type const& type, Profile const& profile);

private:
    friend class SliceMatcher;
    void rules(ProfiledItem const& item, ProfileNode const& node);
    void values(ProfiledItem const& item, ProfileNode const& node);
    void constraints(ProfiledItem const& item, ProfileNode const& node);
    void conformance(ProfiledItem const& item, ProfileNode const& node);
    void target(json::Value reference, ProfileNode const& node);
    void element(json::Value parent, Type const& type, ProfileNode const& node);
    void slices(std::vector<ProfiledItem> const& items, ProfileNode const& node);
    void cardinality(std::size_t count, ProfileNode const& node);
    // Without reporting.
    [[nodiscard]] bool conforms(ProfiledItem const& item, ProfileNode const& node) const;
    [[nodiscard]] std::optional<bool> is_in_value_set(ProfiledItem const& item,
                                                      std::string_view url) const;

    ProfileSet const& profiles_;
    LocalReferences& local_;
    InvariantEvaluator& invariants_;
    ElementPath& path_;
    Reporter& report_;
};

// The occurrences of an element, choices included, in `parent`.
[[nodiscard]] std::vector<ProfiledItem> items_of(json::Value parent, Type const& type,
                                                 std::string_view name);

}  // namespace salus::fhir
