#include "records/sealing.h"

namespace salus::records {
namespace {

using Part = crypto::Context::Part;

constexpr std::size_t kTimeBytes = 8;
// simdjson reads this far behind a document.
constexpr std::size_t kSlack = 64;

Literal class_name(DocumentClass document_class) {
    switch (document_class) {
        case DocumentClass::resource: return "resource";
        case DocumentClass::client: return "client";
        case DocumentClass::replay_guard: return "replay-guard";
        case DocumentClass::definitions: return "definitions";
        case DocumentClass::condition_guard: return "condition-guard";
        case DocumentClass::deletion: return "deletion";
        case DocumentClass::key_governance: return "key-governance";
        case DocumentClass::revocation: return "revocation";
        case DocumentClass::user: return "user";
        case DocumentClass::session: return "session";
        case DocumentClass::authorization: return "authorization";
        case DocumentClass::grant: return "grant";
        case DocumentClass::sign_in: return "sign-in";
        case DocumentClass::policy: return "policy";
    }
    return "";
}

}  // namespace

crypto::Context Sealing::context() const {
    crypto::Context context;
    context.add(Part::realm, tenant_.realm).add(Part::tenant, tenant_.name.text());
    return context;
}

crypto::Context Sealing::document_context(DocumentName const& name) const {
    auto context = this->context();
    context.add(Part::compartment, name.compartment.bytes())
        .add(Part::object_class, class_name(name.document_class).text())
        .add(Part::type, name.type)
        .add(Part::id, name.id)
        .add(Part::version, name.version);
    return context;
}

crypto::Context Sealing::index_context(CompartmentId const& compartment, Address const& address,
                                       std::uint64_t version) const {
    auto context = this->context();
    context.add(Part::compartment, compartment.bytes())
        .add(Part::object_class, "index")
        .add(Part::id, address.bytes())
        .add(Part::version, version);
    return context;
}

crypto::Context Sealing::page_context(CompartmentId const& compartment,
                                      std::uint64_t sequence) const {
    auto context = this->context();
    context.add(Part::compartment, compartment.bytes())
        .add(Part::object_class, "index-page")
        .add(Part::version, sequence);
    return context;
}

crypto::Context Sealing::cursor_context(ClientId const& client) const {
    auto context = this->context();
    context.add(Part::object_class, "cursor").add(Part::id, client.text());
    return context;
}

Result<keys::DataKey> Sealing::key_for_sealing(CompartmentId const& compartment) {
    auto key = tenant_.keyring.key_for_writing(compartment);
    if (key && key->is_made) made_keys_.push_back(compartment);
    return key;
}

Result<crypto::Sealed> Sealing::seal(DocumentName const& name, WallTime last_updated,
                                     EphiText const& text) {
    SALUS_TRY(auto const key, key_for_sealing(name.compartment));
    auto const& plain = text.reveal({});
    Bytes framed;
    framed.reserve(kTimeBytes + plain.size());
    append_u64(framed, static_cast<std::uint64_t>(last_updated.time_since_epoch().count()));
    append(framed, bytes_of(plain));
    auto sealed = sealer_.seal(key.key, key.version, document_context(name), framed);
    scrub(framed);
    return sealed;
}

// A record that names a key which never was has been tampered with: that must not look like a
// record which is not there.
Result<SecretBytes> Sealing::key_of(CompartmentId const& compartment,
                                    crypto::Sealed const& sealed) {
    auto key = tenant_.keyring.key_for_reading(compartment, sealed.key_version());
    if (!key && key.error().code == Errc::not_found)
        return fail(Errc::corrupt, "a record names a key that never was");
    return key;
}

Result<OpenedDocument> Sealing::open(DocumentName const& name, crypto::Sealed const& sealed) {
    SALUS_TRY(auto const key, key_of(name.compartment, sealed));
    SALUS_TRY(auto framed, sealer_.open(key, document_context(name), sealed, kSlack));
    if (framed.size() < kTimeBytes) return fail(Errc::corrupt, "a stored document is too short");
    auto const time = read_u64(bytes_of(framed).first(kTimeBytes));
    framed.erase(0, kTimeBytes);
    OpenedDocument document;
    document.last_updated = WallTime(std::chrono::nanoseconds(static_cast<std::int64_t>(time)));
    document.text = EphiText(std::move(framed));
    return document;
}

Result<crypto::Sealed> Sealing::seal_index_entry(CompartmentId const& compartment,
                                                 Address const& address, std::uint64_t version,
                                                 Ephi<Bytes> const& entry) {
    SALUS_TRY(auto const key, key_for_sealing(compartment));
    return sealer_.seal(key.key, key.version, index_context(compartment, address, version),
                        entry.reveal({}));
}

Result<std::string> Sealing::open_index_entry(CompartmentId const& compartment,
                                              store::IndexEntry const& entry) {
    SALUS_TRY(auto const key, key_of(compartment, entry.entry));
    return sealer_.open(key, index_context(compartment, entry.address, entry.version), entry.entry);
}

Result<crypto::Sealed> Sealing::seal_again(CompartmentId const& compartment,
                                           crypto::Context const& context,
                                           crypto::Sealed const& sealed) {
    SALUS_TRY(auto const old, key_of(compartment, sealed));
    SALUS_TRY(auto text, sealer_.open(old, context, sealed));
    auto const key = key_for_sealing(compartment);
    if (!key) {
        scrub(text);
        return fail(key.error());
    }
    auto fresh = sealer_.seal(key->key, key->version, context, bytes_of(text));
    scrub(text);
    return fresh;
}

Result<crypto::Sealed> Sealing::seal_again(DocumentName const& name, crypto::Sealed const& sealed) {
    return seal_again(name.compartment, document_context(name), sealed);
}

Result<crypto::Sealed> Sealing::seal_index_entry_again(CompartmentId const& compartment,
                                                       store::RecordPlace const& place,
                                                       crypto::Sealed const& entry) {
    return seal_again(compartment, index_context(compartment, place.address, place.version), entry);
}

Result<store::IndexPage> Sealing::seal_index_page(CompartmentId const& compartment,
                                                  std::uint64_t sequence, Bytes page) {
    auto sealed = [&]() -> Result<crypto::Sealed> {
        SALUS_TRY(auto const key, key_for_sealing(compartment));
        return sealer_.seal(key.key, key.version, page_context(compartment, sequence), page);
    }();
    scrub(page);
    if (!sealed) return fail(std::move(sealed).error());
    return store::IndexPage{compartment, sequence, *std::move(sealed)};
}

Result<PageBuffer> Sealing::open_index_page(store::IndexPage const& page, PageMemory& memory) {
    SALUS_TRY(auto const key, key_of(page.compartment, page.page));
    auto opened = memory.take(crypto::Sealer::opened_size(page.page));
    SALUS_TRY_VOID(sealer_.open_into(key, page_context(page.compartment, page.sequence), page.page,
                                     opened.mutable_bytes()));
    return opened;
}

Result<ResourceName> Sealing::name_in(EphiText deletion) {
    auto const text = std::move(deletion).take({});
    auto const slash = text.find('/');
    if (slash == std::string::npos) return fail(Errc::corrupt, "a deletion names no resource");
    return ResourceName{text.substr(0, slash), text.substr(slash + 1)};
}

std::string Sealing::text_of_entry(Ephi<Bytes> entry) {
    auto bytes = std::move(entry).take({});
    std::string text(text_of(bytes));
    scrub(bytes);
    return text;
}

Result<std::string> Sealing::seal_cursor(ClientId const& client, std::string_view cursor) {
    SALUS_TRY(auto const key, tenant_.keyring.purpose_key_for_writing(keys::Purpose::cursor));
    auto const sealed =
        sealer_.seal(key.key, key.version, cursor_context(client), bytes_of(cursor));
    return to_base64url(sealed.bytes());
}

Result<std::string> Sealing::open_cursor(ClientId const& client, EphiText const& text) {
    constexpr Literal kForeign = "the cursor is not one of ours";
    auto bytes = from_base64url(text.reveal({}));
    if (!bytes) return fail(Errc::invalid, kForeign);
    auto const sealed = crypto::Sealed::from_storage(*std::move(bytes));
    if (!sealed) return fail(Errc::invalid, kForeign);
    auto const key =
        tenant_.keyring.purpose_key_for_reading(keys::Purpose::cursor, sealed->key_version());
    // Also of a key that was destroyed since, or was never there: the client begins anew.
    if (!key && key.error().code == Errc::not_found) return fail(Errc::invalid, kForeign);
    if (!key) return fail(key.error());
    auto opened = sealer_.open(*key, cursor_context(client), *sealed);
    if (!opened) return fail(Errc::invalid, kForeign);
    return opened;
}

crypto::Sha256Digest stored_hash(crypto::Sealed const& sealed) {
    return crypto::sha256(sealed.bytes());
}

}  // namespace salus::records
