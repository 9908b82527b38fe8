#include "fhir/resource.h"

#include <algorithm>

#include "fhir/contents.h"
#include "fhir/validator.h"
#include "foundation/limits.h"

namespace salus::fhir {

namespace {

// https://hl7.org/fhir/R4/http.html#create: 422 where profiles are violated, 400 where the rules of
// FHIR itself are.
Errc code_of(json::Value resource, Type const& type, ProfileSet const* profiles) {
    if (profiles == nullptr) return Errc::invalid;
    IssueList issues;
    Validator(type, {Thoroughness::errors, nullptr}, issues).validate(resource);
    return issues.has_errors() ? Errc::invalid : Errc::unprocessable;
}

Error error_of(IssueList issues, Errc code) {
    auto const& first = *std::ranges::find(issues.issues(), IssueSeverity::error, &Issue::severity);
    Error error{code, first.text, first.where, {}};
    error.issues = std::make_shared<IssueList const>(std::move(issues));
    return error;
}

}  // namespace

std::optional<std::string> ResourceView::id() const {
    return root_.text_member("id");
}

std::vector<std::string> ResourceView::security_labels() const {
    std::vector<std::string> labels;
    auto const meta = root_.member("meta");
    auto const security = meta ? meta->member("security") : std::nullopt;
    if (!security || !security->is_array()) return labels;
    for (auto const coding : security->elements()) {
        if (auto code = coding.text_member("code")) labels.push_back(*std::move(code));
    }
    return labels;
}

std::vector<Element const*> ResourceView::elements() const {
    std::vector<Element const*> found;
    for (auto const& member : root_.members()) {
        auto const name = member.name();
        bool const beside = name.starts_with('_');
        auto const* element = find_element(*type_, std::string_view(name).substr(beside ? 1 : 0));
        // resourceType is none.
        bool const again = std::ranges::find(found, element) != found.end();
        if (element != nullptr && !again) found.push_back(element);
    }
    return found;
}

ResourceView Resource::view() const noexcept {
    return Contents::view(*type_, document_->root());
}

Result<std::unique_ptr<json::Document>> Reader::parse_json(EphiText text, json::Parser& parser) {
    if (text.size() > limits::kBodyBytes) return fail(Errc::too_large, "resource too large");
    SALUS_TRY(auto parsed, parser.parse(std::move(text).take(EphiAccess{})));
    return std::make_unique<json::Document>(std::move(parsed));
}

Result<Resource> Reader::accept(std::unique_ptr<json::Document> document,
                                ProfileSet const* profiles) {
    SALUS_TRY(auto const* type, type_of_resource(document->root()));
    if (document->text().size() > limits::kResourceBytes && type->name.text() != "Bundle")
        return fail(Errc::too_large, "resource too large");
    IssueList issues;
    ValidationOptions const options{Thoroughness::errors, profiles};
    Validator(*type, options, issues).validate(document->root());
    if (issues.has_errors())
        return fail(error_of(std::move(issues), code_of(document->root(), *type, profiles)));
    return Resource(*type, std::move(document));
}

Result<Reader::Checked> Reader::validate(EphiText text, json::Parser& parser,
                                         ProfileSet const* profiles,
                                         std::span<std::string const> demanded) {
    SALUS_TRY(auto const document, parser.parse(std::move(text).take(EphiAccess{})));
    SALUS_TRY(auto const* type, type_of_resource(document.root()));
    IssueList issues;
    Validator validator(*type, {Thoroughness::errors_and_warnings, profiles}, issues);
    validator.validate(document.root());
    for (auto const& url : demanded) validator.validate_profile(document.root(), url);
    return Checked{std::move(issues), type, document.root().text_member("id")};
}

Result<Resource> Reader::parse(EphiText text, json::Parser& parser, ProfileSet const* profiles) {
    SALUS_TRY(auto document, parse_json(std::move(text), parser));
    return accept(std::move(document), profiles);
}

Result<Resource> Reader::index(EphiText text, json::Parser& parser) {
    auto indexed = parser.index(std::move(text).take(EphiAccess{}));
    if (!indexed) return fail(Errc::corrupt, "stored resource is not JSON");
    auto document = std::make_unique<json::Document>(std::move(*indexed));
    auto const type = type_of_resource(document->root());
    if (!type) return fail(Errc::corrupt, "stored resource has no type");
    return Resource(**type, std::move(document));
}

}  // namespace salus::fhir
