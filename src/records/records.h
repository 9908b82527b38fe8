// Records: one tenant's documents in the clear, for operations that hold a Permit. Reads open
// sealed versions; writes produce sealed store::Write values and change nothing by themselves.
// Belongs to one thread: each event loop and each worker has its own.
#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/random.h"
#include "fhir/index_entry.h"
#include "json/document.h"
#include "records/addressing.h"
#include "records/compartment_index.h"
#include "records/entry_replacement.h"
#include "records/name_entry.h"
#include "records/page_memory.h"
#include "records/sealing.h"
#include "request/permit.h"
#include "request/tenant.h"

namespace salus::records {

// A stored version, opened.
struct StoredDocument {
    Address address;
    CompartmentId compartment;
    std::uint64_t version = 0;
    store::VersionState state = store::VersionState::live;
    WallTime last_updated{};
    EphiText text;
    crypto::Sha256Digest hash{};  // of the sealed bytes
};

// Where a resource stands, as an index tells. Borrows.
struct ResourcePlace {
    std::string_view type;
    std::string_view id;
    Address address;
};

// A version to be sealed for the store.
struct Change {
    DocumentClass document_class = DocumentClass::resource;
    std::string type;
    std::string id;
    CompartmentId compartment;
    std::uint64_t version = 1;
    store::VersionState state = store::VersionState::live;
    WallTime when{};
    EphiText text;
    Ephi<Bytes> index_entry;  // fhir::make_index_entry; empty: none
    std::vector<BlindToken> tokens;
    std::int64_t expires_at = 0;  // unix seconds; 0: never
};

class Records {
public:
    static Result<std::unique_ptr<Records>> make(request::Tenant const& tenant,
                                                 crypto::Random& random, IndexCache& cache);

    [[nodiscard]] Addressing const& addressing() const noexcept { return addressing_; }
    [[nodiscard]] Sealing& sealing() noexcept { return sealing_; }

    // While it lives, all reads see one consistent state (but what is found by tokens is found by
    // the keys of renew_token_keys(), which belongs before it).
    [[nodiscard]] Result<store::ReadView> view() { return store::ReadView::of(*reader_); }
    [[nodiscard]] Result<std::optional<store::Current>> current(std::string_view type,
                                                                std::string_view id);
    // The current version, live or deleted; nothing if it never existed.
    [[nodiscard]] Result<std::optional<StoredDocument>> get(DocumentClass document_class,
                                                            std::string_view type,
                                                            std::string_view id);
    [[nodiscard]] Result<std::optional<StoredDocument>> get_version(std::string_view type,
                                                                    std::string_view id,
                                                                    std::uint64_t version);
    // As get(), of several resources in one consistent view.
    [[nodiscard]] Result<std::vector<std::optional<StoredDocument>>> get_all(
        std::span<ResourcePlace const> places);
    // Newest first.
    [[nodiscard]] Result<std::vector<StoredDocument>> history(std::string_view type,
                                                              std::string_view id,
                                                              std::uint64_t before,
                                                              std::size_t count);
    // Of all documents of the tenant, the last committed first, as store::Reader::committed.
    [[nodiscard]] Result<std::vector<store::Committed>> committed(std::uint64_t before,
                                                                  std::size_t count);
    // The resource that stands at an address. Nothing if what stands there is no resource, was
    // erased, or was deleted by version 0.1.0, whose deletions name nothing.
    [[nodiscard]] Result<std::optional<ResourceName>> name_at(Address const& address);
    // What stands at an address, of any class, so that it can be sealed anew. Nothing as name_at(),
    // and for a document of the identity compartment from before version 0.2.0.
    [[nodiscard]] Result<std::optional<DocumentLabel>> label_at(Address const& address);
    [[nodiscard]] Result<std::optional<StoredDocument>> get_version(DocumentLabel const& label,
                                                                    std::uint64_t version);
    // Whether a version is a deletion that can be opened by its address alone. Version 0.1.0 sealed
    // a deletion as any version, with the time and nothing else in it.
    [[nodiscard]] static bool deletes_by_name(store::VersionState state,
                                              crypto::Sealed const& document) noexcept;
    [[nodiscard]] bool is_patient(CompartmentId const& compartment) const noexcept {
        return compartment != addressing_.shared_compartment() &&
               compartment != addressing_.identity_compartment();
    }
    // Takes up token keys that were rotated (Purpose::blind_index). Call it before a request's
    // tokens are made; costs nothing when no key changed.
    [[nodiscard]] Result<void> renew_token_keys() { return addressing_.renew_token_keys(); }
    // The opened index of a compartment, from the cache if it still stands. Entries of an earlier
    // layout, or without the values of `loaded` (parameters of packages; nullptr: none), are made
    // again from their resources: no search passes them over. When many stood beside the
    // compartment's page, or without one, or its page was without those values, the store is given
    // a new one. Errc::too_large beyond `entries_max`.
    [[nodiscard]] Result<CompartmentIndexPointer> index(
        CompartmentId const& compartment, fhir::LoadedParametersPointer const& loaded = nullptr,
        std::size_t entries_max = std::numeric_limits<std::size_t>::max());
    // The opened index entry of a live document, made again as in index(); nothing if it has none.
    [[nodiscard]] Result<std::optional<OpenedIndexEntry>> entry(
        Address const& address, fhir::LoadedParameters const* loaded = nullptr);
    // The opened index entries of live documents with this token: candidates, to be verified.
    [[nodiscard]] Result<std::vector<OpenedIndexEntry>> find(
        BlindToken const& token, fhir::LoadedParameters const* loaded = nullptr);
    // The entry of this version in the present layout, with the values of `loaded` (nullptr: none)
    // and with the labels that codes imply by the table in force, to take the place of what stands
    // there (entry_replacement.h). Nothing if it has all that, and for all but the current version
    // of a live resource.
    [[nodiscard]] Result<std::optional<EntryReplacement>> remake_entry(
        store::Committed const& committed, fhir::LoadedParameters const* loaded);

    [[nodiscard]] Result<store::Write> seal(Change const& change);

private:
    Records(request::Tenant const& tenant, crypto::Random& random, IndexCache& cache,
            Addressing addressing, std::unique_ptr<store::Reader> reader);
    [[nodiscard]] Result<StoredDocument> open(DocumentClass document_class, std::string_view type,
                                              std::string_view id,
                                              store::StoredVersion const& stored);

    struct OpenedContents {
        IndexContents contents;
        std::uint64_t sequence = 0;  // of the compartment
        std::size_t made_again = 0;  // entries, because of parameters of packages
        bool page_was_open = false;  // of an earlier index
    };
    // `known`: a page that is opened already; nullptr: none.
    [[nodiscard]] Result<OpenedContents> read_contents(CompartmentId const& compartment,
                                                       fhir::LoadedParametersPointer const& loaded,
                                                       OpenedPagePointer const& known,
                                                       std::size_t entries_max);
    [[nodiscard]] Result<OpenedContents> open_contents(store::IndexScan const& scan,
                                                       CompartmentId const& compartment,
                                                       fhir::LoadedParametersPointer const& loaded,
                                                       OpenedPagePointer page,
                                                       std::size_t entries_max);
    // Adds the entries that rows of the page do not tell all of.
    [[nodiscard]] Result<void> add_outdated_rows(OpenedContents& opened,
                                                 CompartmentId const& compartment);
    void keep_page(CompartmentIndex const& index, CompartmentId const& compartment);
    [[nodiscard]] Result<crypto::Sealed> seal_document(DocumentName const& name,
                                                       Change const& change,
                                                       Address const& address);
    [[nodiscard]] Result<std::optional<crypto::Sealed>> seal_entry(Change const& change,
                                                                   Address const& address);
    [[nodiscard]] Result<StoredDocument> open_deletion(std::string_view type, std::string_view id,
                                                       store::StoredVersion const& stored);

    struct OpenedEntry {
        std::string text;
        bool made_again = false;
    };
    [[nodiscard]] Result<OpenedEntry> open_entry(CompartmentId const& compartment,
                                                 store::IndexEntry const& sealed,
                                                 fhir::LoadedParameters const* loaded);
    // Errc::conflict: the document changed meanwhile, of these two.
    [[nodiscard]] Result<std::optional<OpenedIndexEntry>> current_entry(
        Address const& address, fhir::LoadedParameters const* loaded);
    [[nodiscard]] Result<Ephi<Bytes>> index_again(Address const& address,
                                                  fhir::OutdatedEntry const& outdated,
                                                  fhir::LoadedParameters const* loaded);

    store::Store& store_;
    IndexCache& cache_;
    Addressing addressing_;
    Sealing sealing_;
    std::unique_ptr<store::Reader> reader_;
    json::Parser parser_;
    PageMemory page_memory_;
};

}  // namespace salus::records
