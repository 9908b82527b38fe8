#include "fhir/resource.h"

#include "fhir/contents.h"
#include "fhir/validator.h"
#include "foundation/limits.h"

namespace salus::fhir {

std::optional<std::string> ResourceView::id() const {
    return root_.text_member("id");
}

ResourceView Resource::view() const noexcept {
    return Contents::view(*type_, document_->root());
}

Result<std::unique_ptr<json::Document>> Reader::parse_json(EphiText text, json::Parser& parser) {
    if (text.size() > limits::kBodyBytes) return fail(Errc::too_large, "resource too large");
    SALUS_TRY(auto parsed, parser.parse(std::move(text).take(EphiAccess{})));
    return std::make_unique<json::Document>(std::move(parsed));
}

Result<Resource> Reader::accept(std::unique_ptr<json::Document> document) {
    SALUS_TRY(auto const* type, type_of_resource(document->root()));
    if (document->text().size() > limits::kResourceBytes && type->name.text() != "Bundle")
        return fail(Errc::too_large, "resource too large");
    SALUS_TRY_VOID(Validator().validate(document->root()));
    return Resource(*type, std::move(document));
}

Result<Resource> Reader::parse(EphiText text, json::Parser& parser) {
    SALUS_TRY(auto document, parse_json(std::move(text), parser));
    return accept(std::move(document));
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
