// The structure of a resource against the definitions. Private to the room: fhir/resource.h is the
// door. Thread safety: a validator serves one call.
#pragma once

#include <array>

#include "fhir/definitions.h"
#include "foundation/result.h"
#include "json/document.h"

namespace salus::fhir {

// The type that a resource says it has. Errc::invalid.
[[nodiscard]] Result<Type const*> type_of_resource(json::Value value);

class Validator {
public:
    Validator();
    // Errc::invalid with the Location, made of the definitions' names.
    [[nodiscard]] Result<void> validate(json::Value resource) const;

private:
    // What was seen of one object.
    struct Progress {
        Type const& type;
        std::size_t next = 0;  // members mostly come in the definition's order
        std::array<Element const*, 16> chosen{};
    };

    [[nodiscard]] Result<void> resource(json::Value value) const;
    [[nodiscard]] Result<void> object(json::Value value, Type const& type) const;
    [[nodiscard]] Result<void> member(Progress& progress, json::Value parent,
                                      json::Value::Member const& member) const;
    [[nodiscard]] Result<void> element(json::Value parent, json::Value value,
                                       Element const& element) const;
    [[nodiscard]] Result<void> list(json::Value parent, json::Value value,
                                    Element const& element) const;
    [[nodiscard]] Result<void> item(json::Value value, Type const& type) const;
    [[nodiscard]] Result<void> companion(json::Value parent, json::Value value,
                                         Element const& element) const;
    [[nodiscard]] Result<void> companions(json::Value parent, json::Value value,
                                          Element const& element) const;

    Type const* element_type_;    // Element: id and extensions of a primitive
    Type const* reference_type_;  // Reference
};

// The element of this name, looking first where it is expected; `next` moves behind it.
[[nodiscard]] Element const* find_next_element(Type const& type, std::string_view name,
                                               std::size_t& next) noexcept;

}  // namespace salus::fhir
