// What FHIRPath asks of the FHIR definitions: the element that a name means inside a type (choices
// by their common name), and which type is a kind of which. Private to the engine.
// Thread safety: constant after the first use.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/definitions.h"
#include "fhir/fhirpath/item.h"

namespace salus::fhir::fhirpath {

// The elements of a type that one name means: one, or the types of a choice, next to each other.
struct Child {
    Element const* first = nullptr;
    std::uint16_t count = 0;
    std::string_view name;  // without the type of a choice
    [[nodiscard]] bool is_choice() const noexcept { return first->choice != 0; }
};

using NameId = std::uint16_t;  // 0: no element of any type has this name

class Model {
public:
    [[nodiscard]] static Model const& of_r4();

    [[nodiscard]] NameId name_id(std::string_view name) const;
    // nullptr: the type has no such element.
    [[nodiscard]] Child const* child(Type const& type, NameId name) const noexcept;
    [[nodiscard]] Type const& string_type() const noexcept { return *string_; }
    [[nodiscard]] Type const& extension_type() const noexcept { return *extension_; }

private:
    struct Slot {
        Type const* type = nullptr;
        NameId name = 0;
        Child child;
    };

    Model();
    void add_type(Type const& type);
    void insert(Type const& type, NameId name, Child child);
    [[nodiscard]] std::size_t slot_of(Type const& type, NameId name) const noexcept;

    std::unordered_map<std::string_view, NameId> names_;
    std::vector<Slot> slots_;  // open addressing
    Type const* string_;
    Type const* extension_;
};

// A type as an expression names it.
struct TypeSpecifier {
    enum class Abstract : std::uint8_t {
        none,
        element,
        backbone_element,
        resource,
        domain_resource
    };
    std::optional<ItemKind> system{};
    Type const* fhir = nullptr;
    Abstract abstract = Abstract::none;
};

// "Patient", "FHIR.Patient", "System.String": space is empty if none was written. Nothing: there is
// no such type.
[[nodiscard]] std::optional<TypeSpecifier> resolve_type(std::string_view space,
                                                        std::string_view name);
// With inheritance: a code is a string.
[[nodiscard]] bool is_of_type(Item const& item, TypeSpecifier const& type) noexcept;
[[nodiscard]] bool is_of_type(Type const& type, TypeSpecifier const& specifier) noexcept;
// As ofType() and as() have it: a code is not a string, but every resource is a Resource.
[[nodiscard]] bool is_exactly(Item const& item, TypeSpecifier const& type) noexcept;
// Whether the first name of a path is the type of what it starts from: Patient.name, Resource.id.
[[nodiscard]] bool is_called(Type const& type, std::string_view name) noexcept;
[[nodiscard]] bool is_quantity(Type const& type) noexcept;
// A primitive element whose System value is a string.
[[nodiscard]] bool is_text_element(Item const& item) noexcept;

// Space and name of type().
[[nodiscard]] Item type_of(Item const& item) noexcept;

}  // namespace salus::fhir::fhirpath
