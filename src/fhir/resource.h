// Resources: text from outside becomes a Resource only through Reader::parse(), which checks it
// strictly (https://hl7.org/fhir/R4/validation.html): known type; known elements only; JSON kinds,
// cardinality, lexical forms; primitive extensions; one type for a choice; contained resources;
// references; safe narrative; required bindings; invariants.
//
// Numbers and text stay as they were written. Errors carry the definitions' element names and
// indexes, never a value or an unknown name. Thread safety: values; a Resource is immutable.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fhir/definitions.h"
#include "foundation/ephi.h"
#include "foundation/issue.h"
#include "foundation/result.h"
#include "json/document.h"

namespace salus::fhir {

// A validated resource inside a document that someone else owns (a Resource, a Bundle's Resource)
// and that must outlive it. Cheap to copy.
class ResourceView {
public:
    [[nodiscard]] Type const& type() const noexcept { return *type_; }
    // The logical id, if it has one.
    [[nodiscard]] std::optional<std::string> id() const;
    [[nodiscard]] std::size_t size() const noexcept { return root_.raw().size(); }
    // Codes of meta.security (https://hl7.org/fhir/R4/security-labels.html), without their systems.
    [[nodiscard]] std::vector<std::string> security_labels() const;
    // The top-level elements that it has: a primitive and what stands beside it (_birthDate) are
    // one.
    [[nodiscard]] std::vector<Element const*> elements() const;
    [[nodiscard]] json::Value root(EphiAccess const&) const noexcept { return root_; }

private:
    friend class Contents;
    ResourceView(Type const& type, json::Value root) : type_(&type), root_(root) {}
    Type const* type_;
    json::Value root_;
};

// Owns the text, which is scrubbed when it dies.
class Resource {
public:
    [[nodiscard]] ResourceView view() const noexcept;
    [[nodiscard]] Type const& type() const noexcept { return *type_; }
    [[nodiscard]] std::optional<std::string> id() const { return view().id(); }

private:
    friend class Reader;
    Resource(Type const& type, std::unique_ptr<json::Document> document)
        : type_(&type), document_(std::move(document)) {}
    Type const* type_;
    std::unique_ptr<json::Document> document_;  // behind a pointer: views outlive moves
};

class ProfileSet;
struct ValidationRequest;

class Reader {
public:
    // Checks profiles that meta.profile names, if loaded. Errc::invalid (Errc::unprocessable: only
    // profiles are violated) with the issues; Errc::too_large beyond kResourceBytes or kBodyBytes.
    [[nodiscard]] static Result<Resource> parse(EphiText text, json::Parser& parser,
                                                ProfileSet const* profiles = nullptr);
    // All that can be said about it, warnings too, and about the profiles that are demanded by url.
    // Errc::invalid: not even the type can be read.
    struct Checked {
        IssueList issues;
        Type const* type;
        std::optional<std::string> id;
    };
    [[nodiscard]] static Result<Checked> validate(EphiText text, json::Parser& parser,
                                                  ProfileSet const* profiles = nullptr,
                                                  std::span<std::string const> demanded = {});
    // fhir/validation_request.h
    [[nodiscard]] static Result<void> read_validation(EphiText body, json::Parser& parser,
                                                      ValidationRequest& request);
    // JSON that is no resource yet: a patch, a batch whose entries are judged one by one.
    [[nodiscard]] static Result<std::unique_ptr<json::Document>> parse_json(EphiText text,
                                                                            json::Parser& parser);
    // As parse(), of what parse_json() gave.
    [[nodiscard]] static Result<Resource> accept(std::unique_ptr<json::Document> document,
                                                 ProfileSet const* profiles = nullptr);
    // REQUIRES: text that parse() accepted or stored_form() made. Errc::corrupt if it is not JSON
    // or has no known type; nothing else is checked.
    [[nodiscard]] static Result<Resource> index(EphiText text, json::Parser& parser);
};

}  // namespace salus::fhir
