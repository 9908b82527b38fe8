// Sealing documents for the store and opening them again. The context of every ciphertext is
// derived here from where the record must stand (realm, tenant, compartment, class, type, id,
// version), so a row that was moved, swapped or replayed does not open (ENC-2). The one class of
// this room that opens ePHI. Belongs to one thread.
#pragma once

#include <string>

#include "crypto/hash.h"
#include "crypto/sealed.h"
#include "foundation/clock.h"
#include "foundation/ephi.h"
#include "foundation/result.h"
#include "records/page_memory.h"
#include "request/tenant.h"
#include "store/store.h"

namespace salus::records {

// What kind of document: bound into its context. DO NOT CHANGE: on disk.
enum class DocumentClass : std::uint8_t {
    resource = 1,
    client = 2,
    replay_guard = 3,
    definitions = 4,
    condition_guard = 5,
    // Of a resource. Its text names the resource, so that a deletion can be told of by who does not
    // know what was deleted; DocumentName::id is then the address.
    deletion = 6,
    // Custodians, proposals and their ballots, legal holds.
    key_governance = 7,
    // Of an access token, until it would have expired.
    revocation = 8,
    user = 9,
    session = 10,
    // A request for authorization, and its code.
    authorization = 11,
    // What a user allowed a client; refresh tokens rest on it.
    grant = 12,
    // A sign-in that is under way, and the count of failed ones.
    sign_in = 13,
    // Versions of the policy, and which is in force.
    policy = 14,
};

// Names a version of a document.
struct DocumentName {
    DocumentClass document_class = DocumentClass::resource;
    CompartmentId compartment;
    std::string_view type;
    std::string_view id;
    std::uint64_t version = 0;
};

// Of a resource: ePHI.
struct ResourceName {
    std::string type;
    std::string id;
};

struct OpenedDocument {
    WallTime last_updated{};
    EphiText text;  // empty for a tombstone
};

class Sealing {
public:
    Sealing(request::Tenant const& tenant, crypto::Random& random)
        : tenant_(tenant), sealer_(random) {}

    [[nodiscard]] Result<crypto::Sealed> seal(DocumentName const& name, WallTime last_updated,
                                              EphiText const& text);
    [[nodiscard]] Result<OpenedDocument> open(DocumentName const& name,
                                              crypto::Sealed const& sealed);
    [[nodiscard]] Result<crypto::Sealed> seal_index_entry(CompartmentId const& compartment,
                                                          Address const& address,
                                                          std::uint64_t version,
                                                          Ephi<Bytes> const& entry);
    [[nodiscard]] Result<std::string> open_index_entry(CompartmentId const& compartment,
                                                       store::IndexEntry const& entry);
    // The same contents under the key that its compartment seals with now (ENC-4).
    [[nodiscard]] Result<crypto::Sealed> seal_again(DocumentName const& name,
                                                    crypto::Sealed const& sealed);
    [[nodiscard]] Result<crypto::Sealed> seal_index_entry_again(CompartmentId const& compartment,
                                                                store::RecordPlace const& place,
                                                                crypto::Sealed const& entry);
    // Pages of a compartment's index (index_page.h), bound to the sequence at which they were made.
    // Sealing scrubs the page.
    [[nodiscard]] Result<store::IndexPage> seal_index_page(CompartmentId const& compartment,
                                                           std::uint64_t sequence, Bytes page);
    // In memory of its own, because it is large and is kept.
    [[nodiscard]] Result<PageBuffer> open_index_page(store::IndexPage const& page,
                                                     PageMemory& memory);
    // What a deletion's text names. Errc::corrupt if it names nothing.
    [[nodiscard]] static Result<ResourceName> name_in(EphiText deletion);
    // An entry that was made again, for an opened index.
    [[nodiscard]] static std::string text_of_entry(Ephi<Bytes> entry);
    // Paging cursors: sealed under the tenant's cursor key and bound to the client (MIN-2).
    [[nodiscard]] Result<std::string> seal_cursor(ClientId const& client, std::string_view cursor);
    [[nodiscard]] Result<std::string> open_cursor(ClientId const& client, EphiText const& text);
    // The compartments whose first data key was made here since the last call: each has to be on
    // record with who caused it (KEY-3).
    [[nodiscard]] std::vector<CompartmentId> take_made_keys() {
        return std::exchange(made_keys_, {});
    }

private:
    [[nodiscard]] Result<keys::DataKey> key_for_sealing(CompartmentId const& compartment);
    // What a stored record was sealed with. Errc::gone when that key was destroyed.
    [[nodiscard]] Result<SecretBytes> key_of(CompartmentId const& compartment,
                                             crypto::Sealed const& sealed);
    [[nodiscard]] Result<crypto::Sealed> seal_again(CompartmentId const& compartment,
                                                    crypto::Context const& context,
                                                    crypto::Sealed const& sealed);
    [[nodiscard]] crypto::Context context() const;
    [[nodiscard]] crypto::Context document_context(DocumentName const& name) const;
    [[nodiscard]] crypto::Context index_context(CompartmentId const& compartment,
                                                Address const& address,
                                                std::uint64_t version) const;
    [[nodiscard]] crypto::Context page_context(CompartmentId const& compartment,
                                               std::uint64_t sequence) const;
    [[nodiscard]] crypto::Context cursor_context(ClientId const& client) const;

    request::Tenant const& tenant_;
    crypto::Sealer sealer_;
    std::vector<CompartmentId> made_keys_;
};

// What a write leaf commits to and reconciliation compares: the hash of the sealed bytes.
[[nodiscard]] crypto::Sha256Digest stored_hash(crypto::Sealed const& sealed);

}  // namespace salus::records
