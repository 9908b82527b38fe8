// The documents of this room, by type: read, and added to what an answer commits. A type T says
// where it stands:
//
//   static constexpr records::DocumentClass kClass;
//   static constexpr std::string_view kType;
//   std::string to_json() const;
//   static Result<T> from_json(json::Value root);
//
// Two writers of one version meet at the commit: the second loses, and its request is prepared
// again. So what is counted is counted, and what is used up is used up once. Belongs to one thread,
// as the records do.
#pragma once

#include <optional>

#include "foundation/clock.h"
#include "identity/document_reader.h"
#include "json/document.h"
#include "records/add_document.h"
#include "records/records.h"

namespace salus::identity {

// What was read, and its version: to be written again as the next one.
template <class T>
struct Stored {
    T value;
    std::string id;
    std::uint64_t version = 0;  // 0: new
    [[nodiscard]] T const* operator->() const noexcept { return &value; }
    [[nodiscard]] T* operator->() noexcept { return &value; }
};

class Documents {
public:
    // Borrows all.
    Documents(records::Records& records, json::Parser& parser, Clock const& clock)
        : records_(records), parser_(parser), clock_(clock) {}

    // Nothing if there is none, it was removed, or its time is over.
    template <class T>
    [[nodiscard]] Result<std::optional<Stored<T>>> read(std::string_view id) {
        SALUS_TRY(auto stored, records_.get(T::kClass, T::kType, id));
        if (!stored || stored->state != store::VersionState::live)
            return std::optional<Stored<T>>();
        SALUS_TRY(auto const document,
                  parser_.index(DocumentReader::take(std::move(stored->text))));
        SALUS_TRY(auto value, T::from_json(document.root()));
        return std::optional(Stored<T>{
            .value = std::move(value), .id = std::string(id), .version = stored->version});
    }
    // `expires`: when the store may forget it; nothing: never.
    template <class T>
    [[nodiscard]] Result<void> write(Stored<T> const& document, std::optional<WallTime> expires,
                                     request::Prepared& prepared) {
        auto change = change_of<T>(document.id);
        SALUS_TRY(change.version, next_version<T>(document));
        change.text = EphiText(document.value.to_json());
        if (expires) change.expires_at = to_unix_seconds(*expires) + 1;
        return records::add_document(records_, change, prepared);
    }
    template <class T>
    [[nodiscard]] Result<void> remove(Stored<T> const& document, request::Prepared& prepared) {
        auto change = change_of<T>(document.id);
        change.version = document.version + 1;
        change.state = store::VersionState::deleted;
        return records::add_document(records_, change, prepared);
    }
    [[nodiscard]] WallTime now() const { return clock_.now(); }

private:
    template <class T>
    [[nodiscard]] records::Change change_of(std::string const& id) const {
        records::Change change;
        change.document_class = T::kClass;
        change.type = T::kType;
        change.id = id;
        change.compartment = records_.addressing().identity_compartment();
        change.when = clock_.now();
        return change;
    }
    // A new one may stand where another was removed.
    template <class T>
    [[nodiscard]] Result<std::uint64_t> next_version(Stored<T> const& document) {
        if (document.version > 0) return document.version + 1;
        SALUS_TRY(auto const current, records_.current(T::kType, document.id));
        return current ? current->version + 1 : 1;
    }

    records::Records& records_;
    json::Parser& parser_;
    Clock const& clock_;
};

}  // namespace salus::identity
