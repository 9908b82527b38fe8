#include "operations/record_duties.h"

#include <charconv>

#include "operations/request_reader.h"

namespace salus::operations {
namespace {

using request::Duty;

// Which resources of an answer bear the notice.
class Notices {
public:
    Notices(Context const& context, bool all) : context_(context), all_(all) {}

    Result<bool> bears(std::string_view type, EphiText const& text) {
        if (text.empty()) return false;
        if (all_) return true;
        SALUS_TRY(auto const resource, fhir::Reader::index(text.clone(), context_.parser));
        auto const root = RequestReader::root(resource.view());
        auto const id = root.text_member("id");
        auto const meta = root.member("meta");
        auto const stated = meta ? meta->text_member("versionId") : std::nullopt;
        if (!id || !stated) return false;
        std::uint64_t version = 0;
        std::from_chars(stated->data(), stated->data() + stated->size(), version);
        auto const address = context_.records.addressing().address(type, *id);
        return context_.records.duties(address, version).contains(Duty::watermark);
    }

private:
    Context const& context_;
    bool all_;
};

Result<void> mark(Notices notices, request::Prepared& prepared) {
    if (auto* resource = std::get_if<request::ResourceContent>(&prepared.content)) {
        SALUS_TRY(resource->bears_notice, notices.bears(resource->type, resource->text));
    }
    if (auto* meta = std::get_if<request::MetaContent>(&prepared.content))
        meta->bears_notice = prepared.duties.contains(Duty::watermark);
    auto* bundle = std::get_if<request::BundleContent>(&prepared.content);
    if (bundle == nullptr) return {};
    for (auto& entry : bundle->entries) {
        SALUS_TRY(entry.bears_notice, notices.bears(entry.type, entry.text));
    }
    return {};
}

}  // namespace

Result<void> add_record_duties(Context const& context, request::Permit const& permit,
                               request::Prepared& prepared) {
    bool const all = PermittedRecords::bears_notice(permit);
    if (!all && !context.records.found_duties()) return {};
    for (auto const* list : {&prepared.touched, &prepared.consulted}) {
        for (auto const& each : *list)
            prepared.duties.add(context.records.duties(each.address, each.version));
    }
    if (!all && !prepared.duties.contains(Duty::watermark)) return {};
    if (all) prepared.duties.add(Duty::watermark);
    return mark(Notices(context, all), prepared);
}

}  // namespace salus::operations
