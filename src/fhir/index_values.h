// From the values of a resource to the bytes of an index entry. Private to the room.
#pragma once

#include <span>

#include "fhir/definitions.h"
#include "foundation/bytes.h"
#include "json/document.h"

namespace salus::fhir {

// Text with a one-byte or two-byte length; the latter cut at limits::kIndexTextBytes, between
// characters.
void append_text8(Bytes& out, std::string_view text);
void append_text16(Bytes& out, std::string_view text);

// Collects the values of one parameter, or of one component of a composite.
class ValueWriter {
public:
    explicit ValueWriter(ParameterType type) : type_(type) {}

    void add(json::Value value, SearchPath const& path);
    // A token without an element of its own: what a FHIRPath expression says.
    void add_truth(bool truth) { add_code(truth ? "true" : "false"); }
    void add_code(std::string_view code) { token("", code, true); }
    // One place of a composite: a tuple, if each component has a value there.
    void add_tuple(json::Value resource, json::Value place, SearchTuple const& tuple);
    void add_tuple(std::span<ValueWriter const> components);

    // Type, number and size of the values, then the values.
    void append_to(Bytes& out) const;
    [[nodiscard]] ParameterType type() const noexcept { return type_; }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
    // Of tokens what :of-type looks at, of references what :identifier does; tokens both.
    [[nodiscard]] ValueWriter beside() &&;

private:
    [[nodiscard]] bool fits_a_tuple() const noexcept;
    void token(std::string_view system, std::string_view code, bool implied);
    void coded(json::Value value, std::string_view code_member);
    void add_identifier_types(json::Value identifier);
    void add_token(json::Value value, std::string_view leaf);
    void add_date(json::Value value, std::string_view leaf);
    void string(json::Value value);
    void add_string(json::Value value, std::string_view leaf);
    void add_uri(json::Value value);
    void add_reference(json::Value value, Type const* target);
    void add_number(json::Value value);
    void add_quantity(json::Value value, std::string_view leaf);
    void add_range(json::Value value);

    ParameterType type_;
    std::size_t count_ = 0;
    Bytes values_;
    std::size_t beside_count_ = 0;
    Bytes beside_;
};

}  // namespace salus::fhir
