#include "audit_controls/detail.h"

#include "json/escape.h"
#include "json/writer.h"

namespace salus::audit_controls {
namespace {

// Long enough for any honest query; what is longer is cut and says so.
constexpr std::size_t kTextLargest = 4096;

// Each byte as the character of its number, as fields of HTTP once were (RFC 9110 section 5.5).
std::string from_latin1(std::string_view bytes) {
    std::string text;
    for (char const byte : bytes) {
        auto const number = static_cast<unsigned char>(byte);
        if (number < 0x80) {
            text.push_back(byte);
        } else {
            text.push_back(static_cast<char>(0xc0U | (number >> 6U)));
            text.push_back(static_cast<char>(0x80U | (number & 0x3fU)));
        }
    }
    return text;
}

// Text of a client may be any bytes. What is no UTF-8 is kept byte by byte, and says so.
void add(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    auto kept = value.substr(0, kTextLargest);
    bool const is_text = json::is_utf8(value);
    while (is_text && !json::is_utf8(kept)) kept.remove_suffix(1);  // cut in a character
    out.append(out.size() > 1 ? "," : "").append("\"").append(name).append("\":");
    if (is_text) {
        json::append_quoted(out, kept);
    } else {
        json::append_quoted(out, from_latin1(kept));
        out.append(",\"").append(name).append("_latin1\":true");
    }
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
    add(text, "reason", exchange.facts.stated_reason.reveal({}));
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
