#include "audit_controls/detail.h"

#include "json/writer.h"

namespace salus::audit_controls {
namespace {

// Long enough for any honest query; what is longer is cut and says so.
constexpr std::size_t kTextLargest = 4096;

void add(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out.append(out.size() > 1 ? "," : "").append("\"").append(name).append("\":");
    json::append_quoted(out, value.substr(0, kTextLargest));
    if (value.size() > kTextLargest) out.append(",\"").append(name).append("_cut\":true");
}

crypto::Context context_of(request::Tenant const& tenant, RequestId const& request) {
    using Part = crypto::Context::Part;
    crypto::Context context;
    context.add(Part::realm, tenant.realm)
        .add(Part::tenant, tenant.name.text())
        .add(Part::object_class, "audit-detail")
        .add(Part::id, request.text());
    return context;
}

}  // namespace

Result<crypto::Sealed> DetailWriter::seal(request::Exchange const& exchange) {
    SALUS_TRY(auto const key, tenant_.keyring.purpose_key_for_writing(keys::Purpose::audit_detail));
    std::string text = "{";
    add(text, "address", exchange.request.peer.address);
    add(text, "user_agent", exchange.request.headers.get("User-Agent").value_or(""));
    add(text, "target", exchange.request.target.reveal({}));
    if (exchange.facts.interaction == request::Interaction::search_type) {
        add(text, "form", exchange.request.body.reveal({}));
    }
    add(text, "claimed_client", exchange.facts.claimed_client.reveal({}));
    text.push_back('}');

    auto sealed =
        sealer_.seal(key.key, key.version, context_of(tenant_, exchange.id), bytes_of(text));
    scrub(text);
    return sealed;
}

Result<std::string> DetailReader::open(RequestId const& request, BytesView sealed) {
    SALUS_TRY(auto const record, crypto::Sealed::from_storage(Bytes(sealed.begin(), sealed.end())));
    SALUS_TRY(auto const key, tenant_.keyring.purpose_key_for_reading(keys::Purpose::audit_detail,
                                                                      record.key_version()));
    return opener_.open(key, context_of(tenant_, request), record);
}

}  // namespace salus::audit_controls
