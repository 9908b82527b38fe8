#include "records/records.h"

#include <unordered_set>

#include "consent/labels.h"

namespace salus::records {
namespace {

// `address` stands where other documents have their id.
DocumentName deletion_name(store::StoredVersion const& stored) {
    return {DocumentClass::deletion,
            stored.compartment,
            {},
            text_of(stored.address.bytes()),
            stored.version};
}

StoredDocument document_of(store::StoredVersion const& stored, WallTime last_updated,
                           EphiText text) {
    StoredDocument document;
    document.address = stored.address;
    document.compartment = stored.compartment;
    document.version = stored.version;
    document.state = stored.state;
    document.last_updated = last_updated;
    document.text = std::move(text);
    document.hash = stored_hash(stored.document);
    return document;
}

// Searches do not ask for the labels that codes imply, so outdated() does not: here the entry is to
// have them, for those who judge by labels.
std::optional<fhir::OutdatedEntry> to_be_made_again(BytesView bytes,
                                                    fhir::LoadedParameters const* loaded) {
    if (auto const outdated = fhir::outdated(bytes, loaded)) return outdated;
    auto const view = fhir::EntryView::decode(bytes);
    // One that is damaged is left: the search that meets it says so.
    if (!view || fhir::tells_labels(*view, consent::label_map())) return std::nullopt;
    return fhir::OutdatedEntry{.type = view->type(), .id = view->id()};
}

constexpr Literal kChanged = "a resource changed while it was indexed";
constexpr int kAttempts = 4;

// What is read in several views may change between them; then all is read again.
template <class Attempt>
std::invoke_result_t<Attempt> until_unchanged(Attempt attempt) {
    for (int i = 0; i < kAttempts; ++i) {
        auto result = attempt();
        if (result || result.error().code != Errc::conflict) return result;
    }
    return fail(Errc::unavailable, kChanged);
}

}  // namespace

Records::Records(request::Tenant const& tenant, crypto::Random& random, IndexCache& cache,
                 Addressing addressing, std::unique_ptr<store::Reader> reader)
    : store_(tenant.store),
      cache_(cache),
      addressing_(std::move(addressing)),
      sealing_(tenant, random),
      reader_(std::move(reader)) {}

Result<std::unique_ptr<Records>> Records::make(request::Tenant const& tenant,
                                               crypto::Random& random, IndexCache& cache) {
    SALUS_TRY(auto addressing, Addressing::make(tenant.keyring));
    SALUS_TRY(auto reader, tenant.store.open_reader());
    return std::unique_ptr<Records>(
        new Records(tenant, random, cache, std::move(addressing), std::move(reader)));
}

Result<StoredDocument> Records::open(DocumentClass document_class, std::string_view type,
                                     std::string_view id, store::StoredVersion const& stored) {
    bool const resource = document_class == DocumentClass::resource;
    if (resource && deletes_by_name(stored.state, stored.document))
        return open_deletion(type, id, stored);
    DocumentName const name{document_class, stored.compartment, type, id, stored.version};
    SALUS_TRY(auto opened, sealing_.open(name, stored.document));
    return document_of(stored, opened.last_updated, std::move(opened.text));
}

Result<StoredDocument> Records::open_deletion(std::string_view type, std::string_view id,
                                              store::StoredVersion const& stored) {
    SALUS_TRY(auto opened, sealing_.open(deletion_name(stored), stored.document));
    SALUS_TRY(auto const named, Sealing::name_in(std::move(opened.text)));
    if (named.type != type || named.id != id)
        return fail(Errc::corrupt, "a deletion names another resource");
    return document_of(stored, opened.last_updated, EphiText());
}

Result<std::vector<store::Committed>> Records::committed(std::uint64_t before, std::size_t count) {
    return reader_->committed(before, count);
}

Result<std::optional<ResourceName>> Records::name_at(Address const& address) {
    SALUS_TRY(auto const current, reader_->current(address));
    if (!current || current->compartment == addressing_.identity_compartment()) return std::nullopt;
    if (current->state == store::VersionState::live) {
        SALUS_TRY(auto entry, this->entry(address));
        if (!entry) return std::nullopt;
        SALUS_TRY(auto const view, fhir::EntryView::decode(bytes_of(entry->entry)));
        ResourceName name{std::string(view.type()), std::string(view.id())};
        scrub(entry->entry);
        return name;
    }
    SALUS_TRY(auto const stored, reader_->get(address));
    if (!stored || !deletes_by_name(stored->state, stored->document)) return std::nullopt;
    SALUS_TRY(auto opened, sealing_.open(deletion_name(*stored), stored->document));
    SALUS_TRY(auto name, Sealing::name_in(std::move(opened.text)));
    return name;
}

bool Records::deletes_by_name(store::VersionState state, crypto::Sealed const& document) noexcept {
    constexpr std::size_t kTimeOnly = 80 + 8;  // docs/formats/sealed-record.md
    return state == store::VersionState::deleted && document.bytes().size() > kTimeOnly;
}

Result<std::optional<DocumentLabel>> Records::label_at(Address const& address) {
    SALUS_TRY(auto const current, reader_->current(address));
    if (!current) return std::nullopt;
    if (current->compartment != addressing_.identity_compartment()) {
        SALUS_TRY(auto name, name_at(address));
        if (!name) return std::nullopt;
        return DocumentLabel{.document_class = DocumentClass::resource,
                             .type = std::move(name->type),
                             .id = std::move(name->id)};
    }
    SALUS_TRY(auto const sealed, reader_->index_entry(current->compartment, address));
    if (!sealed) return std::nullopt;
    SALUS_TRY(auto const text, sealing_.open_index_entry(current->compartment, *sealed));
    SALUS_TRY(auto label, decode_name(bytes_of(text)));
    return label;
}

Result<std::optional<store::Current>> Records::current(std::string_view type, std::string_view id) {
    return reader_->current(addressing_.address(type, id));
}

Result<std::optional<StoredDocument>> Records::get(DocumentClass document_class,
                                                   std::string_view type, std::string_view id) {
    SALUS_TRY(auto const stored, reader_->get(addressing_.address(type, id)));
    if (!stored) return std::optional<StoredDocument>();
    SALUS_TRY(auto document, open(document_class, type, id, *stored));
    return std::optional(std::move(document));
}

Result<std::vector<std::optional<StoredDocument>>> Records::get_all(
    std::span<ResourcePlace const> places) {
    std::vector<Address> addresses;
    addresses.reserve(places.size());
    for (auto const& place : places) addresses.push_back(place.address);
    SALUS_TRY(auto const stored, reader_->get_all(addresses));
    std::vector<std::optional<StoredDocument>> documents(places.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (!stored[i]) continue;
        SALUS_TRY(documents[i],
                  open(DocumentClass::resource, places[i].type, places[i].id, *stored[i]));
    }
    return documents;
}

Result<std::optional<StoredDocument>> Records::get_version(std::string_view type,
                                                           std::string_view id,
                                                           std::uint64_t version) {
    return get_version(DocumentLabel{.document_class = DocumentClass::resource,
                                     .type = std::string(type),
                                     .id = std::string(id)},
                       version);
}

Result<std::optional<StoredDocument>> Records::get_version(DocumentLabel const& label,
                                                           std::uint64_t version) {
    auto const address = addressing_.address(label.type, label.id);
    SALUS_TRY(auto const stored, reader_->get_version(address, version));
    if (!stored) return std::optional<StoredDocument>();
    SALUS_TRY(auto document, open(label.document_class, label.type, label.id, *stored));
    return std::optional(std::move(document));
}

Result<std::vector<StoredDocument>> Records::history(std::string_view type, std::string_view id,
                                                     std::uint64_t before, std::size_t count) {
    SALUS_TRY(auto const versions, reader_->history(addressing_.address(type, id), before, count));
    std::vector<StoredDocument> documents;
    documents.reserve(versions.size());
    for (auto const& stored : versions) {
        SALUS_TRY(auto document, open(DocumentClass::resource, type, id, stored));
        documents.push_back(std::move(document));
    }
    return documents;
}

Result<Records::OpenedEntry> Records::open_entry(CompartmentId const& compartment,
                                                 store::IndexEntry const& sealed,
                                                 fhir::LoadedParameters const* loaded) {
    SALUS_TRY(auto text, sealing_.open_index_entry(compartment, sealed));
    auto const outdated = fhir::outdated(bytes_of(text), loaded);
    if (!outdated) return OpenedEntry{std::move(text)};
    auto fresh = index_again(sealed.address, *outdated, loaded);
    bool const earlier_layout = fhir::outdated(bytes_of(text)).has_value();
    scrub(text);
    if (!fresh) return fail(std::move(fresh).error());
    return OpenedEntry{Sealing::text_of_entry(*std::move(fresh)), !earlier_layout};
}

// The next write of the resource stores what is wanted now; until then it is made on each opening.
Result<Ephi<Bytes>> Records::index_again(Address const& address,
                                         fhir::OutdatedEntry const& outdated,
                                         fhir::LoadedParameters const* loaded) {
    SALUS_TRY(auto const stored, reader_->get(address));
    if (!stored) return fail(Errc::corrupt, "an index entry without its document");
    if (stored->state != store::VersionState::live) return fail(Errc::conflict, kChanged);
    SALUS_TRY(auto document, open(DocumentClass::resource, outdated.type, outdated.id, *stored));
    SALUS_TRY(auto const resource, fhir::Reader::index(std::move(document.text), parser_));
    return fhir::make_index_entry(resource.view(), document.last_updated, loaded,
                                  consent::label_map());
}

Result<std::optional<EntryReplacement>> Records::remake_entry(
    store::Committed const& committed, fhir::LoadedParameters const* loaded) {
    if (committed.state != store::VersionState::live ||
        committed.compartment == addressing_.identity_compartment())
        return std::nullopt;
    SALUS_TRY(auto sealed, reader_->index_entry(committed.compartment, committed.address));
    if (!sealed || sealed->version != committed.version) return std::nullopt;
    SALUS_TRY(auto text, sealing_.open_index_entry(committed.compartment, *sealed));
    auto const outdated = to_be_made_again(bytes_of(text), loaded);
    auto fresh = outdated ? index_again(committed.address, *outdated, loaded)
                          : Result<Ephi<Bytes>>(Ephi<Bytes>());
    scrub(text);
    if (!outdated) return std::nullopt;
    if (!fresh) return fail(std::move(fresh).error());
    SALUS_TRY(auto to, sealing_.seal_index_entry(committed.compartment, committed.address,
                                                 committed.version, *fresh));
    return EntryReplacement(committed.compartment, {committed.address, committed.version},
                            {std::move(sealed->entry), std::move(to)});
}

Result<CompartmentIndexPointer> Records::index(CompartmentId const& compartment,
                                               fhir::LoadedParametersPointer const& loaded,
                                               std::size_t entries_max) {
    SALUS_TRY(auto const sequence, reader_->compartment_sequence(compartment));
    if (auto cached = cache_.find(compartment, sequence, loaded.get())) return cached;
    auto const earlier = cache_.find_earlier(compartment, loaded.get());
    auto const known = earlier ? earlier->index->page() : nullptr;
    SALUS_TRY(auto opened, until_unchanged([&] {
                  return read_contents(compartment, loaded, known, entries_max);
              }));
    auto const expires_at_most =
        opened.page_was_open ? std::optional(earlier->expires) : std::nullopt;
    SALUS_TRY(auto index,
              CompartmentIndex::make(compartment, opened.sequence, std::move(opened.contents)));
    if (index->size() > entries_max)
        return fail(Errc::too_large, "there are too many entries to search through");
    cache_.keep(compartment, index, expires_at_most);
    auto const beside = index->outside_the_page();
    bool const many = beside > limits::kEntriesBesidePage &&
                      beside > index->size() / limits::kPageEntriesForOneBeside;
    if (many || opened.made_again > 0) keep_page(*index, compartment);
    return index;
}

// A page that stands where it stood when it was opened need not be read and opened again.
Result<Records::OpenedContents> Records::read_contents(CompartmentId const& compartment,
                                                       fhir::LoadedParametersPointer const& loaded,
                                                       OpenedPagePointer const& known,
                                                       std::size_t entries_max) {
    if (known != nullptr) {
        SALUS_TRY(auto const beside, reader_->scan_beside(compartment, known->sequence));
        if (beside) {
            SALUS_TRY(auto opened, open_contents(*beside, compartment, loaded, known, entries_max));
            opened.page_was_open = true;
            return opened;
        }
    }
    SALUS_TRY(auto scan, reader_->scan(compartment));
    OpenedPagePointer page;
    if (scan.page) {
        SALUS_TRY(auto contents, sealing_.open_index_page(*scan.page, page_memory_));
        // Shared by this index and those that come after it.
        page = std::make_shared<OpenedPage const>(scan.page->sequence, std::move(contents));
        reader_->reuse(*std::move(scan.page));
    }
    return open_contents(scan, compartment, loaded, std::move(page), entries_max);
}

Result<Records::OpenedContents> Records::open_contents(store::IndexScan const& scan,
                                                       CompartmentId const& compartment,
                                                       fhir::LoadedParametersPointer const& loaded,
                                                       OpenedPagePointer page,
                                                       std::size_t entries_max) {
    if (scan.entries.size() > entries_max)
        return fail(Errc::too_large, "there are too many entries to search through");
    OpenedContents opened;
    auto& contents = opened.contents;
    contents.loaded = loaded;
    opened.sequence = scan.sequence;
    contents.page = std::move(page);
    contents.entries.reserve(scan.entries.size());
    for (auto const& entry : scan.entries) {
        SALUS_TRY(auto made, open_entry(compartment, entry, loaded.get()));
        opened.made_again += made.made_again ? 1U : 0U;
        contents.entries.push_back(
            {entry.address, compartment, entry.version, std::move(made.text)});
    }
    contents.removed = scan.removed;
    if (loaded != nullptr && contents.page != nullptr)
        SALUS_TRY_VOID(add_outdated_rows(opened, compartment));
    return opened;
}

Result<void> Records::add_outdated_rows(OpenedContents& opened, CompartmentId const& compartment) {
    auto& contents = opened.contents;
    std::unordered_set<Address> replaced(contents.removed.begin(), contents.removed.end());
    for (auto const& entry : contents.entries) replaced.insert(entry.address);
    SALUS_TRY(auto const tables, open_page(contents.page->contents.bytes(), contents.loaded.get()));
    for (auto const& [table, places] : tables) {
        for (fhir::EntryTable::Row row = 0; row < table.size(); ++row) {
            auto const address = places.address(row);
            if (table.is_current(row) || replaced.contains(address)) continue;
            // A later view than the scan's: what went meanwhile is no match any more.
            SALUS_TRY(auto const sealed, reader_->index_entry(compartment, address));
            ++opened.made_again;
            if (!sealed) {
                contents.removed.push_back(address);
                continue;
            }
            SALUS_TRY(auto made, open_entry(compartment, *sealed, contents.loaded.get()));
            contents.entries.push_back(
                {address, compartment, sealed->version, std::move(made.text)});
        }
    }
    return {};
}

// Best effort: without it the next reader opens the entries one by one again.
void Records::keep_page(CompartmentIndex const& index, CompartmentId const& compartment) {
    if (index.bytes() > limits::kIndexPageBytes) return;
    auto page = index.as_page();
    if (!page) return;
    auto sealed = sealing_.seal_index_page(compartment, index.sequence(), *std::move(page));
    if (sealed) store_.keep_page(*std::move(sealed));
}

Result<std::optional<OpenedIndexEntry>> Records::entry(Address const& address,
                                                       fhir::LoadedParameters const* loaded) {
    return until_unchanged([&] { return current_entry(address, loaded); });
}

Result<std::optional<OpenedIndexEntry>> Records::current_entry(
    Address const& address, fhir::LoadedParameters const* loaded) {
    SALUS_TRY(auto const current, reader_->current(address));
    if (!current || current->state != store::VersionState::live ||
        current->compartment == addressing_.identity_compartment()) {
        return std::optional<OpenedIndexEntry>();
    }
    SALUS_TRY(auto const sealed, reader_->index_entry(current->compartment, address));
    if (!sealed) return std::optional<OpenedIndexEntry>();
    SALUS_TRY(auto opened, open_entry(current->compartment, *sealed, loaded));
    return std::optional<OpenedIndexEntry>(
        OpenedIndexEntry{address, current->compartment, sealed->version, std::move(opened.text)});
}

Result<std::vector<OpenedIndexEntry>> Records::find(BlindToken const& token,
                                                    fhir::LoadedParameters const* loaded) {
    SALUS_TRY(auto const addresses, reader_->find(token, limits::kCrossPatientMatches));
    std::vector<OpenedIndexEntry> entries;
    for (auto const& address : addresses) {
        SALUS_TRY(auto entry, this->entry(address, loaded));
        if (entry) entries.push_back(*std::move(entry));
    }
    return entries;
}

Result<crypto::Sealed> Records::seal_document(DocumentName const& name, Change const& change,
                                              Address const& address) {
    bool const deletes = change.state == store::VersionState::deleted &&
                         change.document_class == DocumentClass::resource;
    if (!deletes) return sealing_.seal(name, change.when, change.text);
    DocumentName const deletion{
        DocumentClass::deletion, change.compartment, {}, text_of(address.bytes()), change.version};
    return sealing_.seal(deletion, change.when, EphiText(change.type + "/" + change.id));
}

// What nobody searches for has its name there.
Result<std::optional<crypto::Sealed>> Records::seal_entry(Change const& change,
                                                          Address const& address) {
    bool const named = change.state == store::VersionState::live &&
                       change.compartment == addressing_.identity_compartment();
    if (change.index_entry.empty() && !named) return std::nullopt;
    if (!named) {
        return sealing_.seal_index_entry(change.compartment, address, change.version,
                                         change.index_entry);
    }
    Ephi<Bytes> const name(encode_name(change.document_class, change.type, change.id));
    return sealing_.seal_index_entry(change.compartment, address, change.version, name);
}

Result<store::Write> Records::seal(Change const& change) {
    DocumentName const name{change.document_class, change.compartment, change.type, change.id,
                            change.version};
    auto const address = addressing_.address(change.type, change.id);
    SALUS_TRY(auto document, seal_document(name, change, address));
    SALUS_TRY(auto entry, seal_entry(change, address));
    return store::Write{.address = address,
                        .compartment = change.compartment,
                        .version = change.version,
                        .state = change.state,
                        .document = std::move(document),
                        .index_entry = std::move(entry),
                        .tokens = change.tokens,
                        .token_version = addressing_.token_version(),
                        .expires_at = change.expires_at};
}

}  // namespace salus::records
