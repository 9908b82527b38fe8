// docs/formats/audit-log.md
#include "operations/audit_details.h"

#include "audit_controls/detail.h"
#include "json/writer.h"

namespace salus::operations {
namespace {

// What a leaf was sealed with is bound to its request.
Result<void> append_detail(Context const& context, audit_controls::DetailReader& details,
                           std::string_view text, BytesView sealed, std::string& out) {
    SALUS_TRY(auto const leaf, audit_views::read_leaf(text, context.parser));
    auto const opened = details.open(RequestId(leaf.request), sealed);
    // Of a key that is gone there is nothing to show; one that cannot be had now is an error.
    if (!opened && opened.error().code == Errc::unavailable) {
        return std::unexpected(opened.error());
    }
    if (!opened) return {};
    out.append(out.back() == '[' ? "" : ",").append(R"({"i":)");
    out.append(std::to_string(leaf.index)).append(R"(,"detail":)").append(*opened).append("}");
    return {};
}

}  // namespace

Result<request::Prepared> audit_details(Context const& context, request::Permit const& permit) {
    SALUS_TRY(auto* const trail, context.trail());
    auto const& query = permit.intent().audit;
    auto const moment = trail->now();
    auto const size = moment.reader.size();
    auto const begin = std::clamp(query.index.value_or(0), moment.reader.first(), size);
    auto const most = query.count == 0 ? limits::kPageSize : query.count;
    auto const end = std::min<std::uint64_t>(
        size, begin + std::min<std::uint64_t>(most, limits::kPageSizeLargest));
    std::string out = R"({"details":[)";
    audit_controls::DetailReader details(context.tenant, context.random);
    SALUS_TRY_VOID(
        trail->with_details({begin, end}, [&](audit::LeafView const& leaf) -> Result<void> {
            if (!leaf.detail) return {};
            return append_detail(context, details, leaf.json, *leaf.detail, out);
        }));
    out.append("]}");
    request::Prepared prepared;
    prepared.headers.set("Content-Type", "application/json");
    prepared.content = request::ReportContent{EphiText(std::move(out))};
    return prepared;
}

}  // namespace salus::operations
