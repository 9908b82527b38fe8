#include "store/embedded/writer.h"

#include <algorithm>

#include "foundation/limits.h"
#include "store/embedded/schema.h"

namespace salus::store::embedded {
namespace {

Result<std::vector<BlindToken>> split(BytesView bytes) {
    constexpr auto kSize = sizeof(BlindToken::Array);
    if (bytes.size() % kSize != 0) {
        return fail(Errc::corrupt, "a list of tokens in the store has a wrong length");
    }
    std::vector<BlindToken> tokens;
    for (; !bytes.empty(); bytes = bytes.subspan(kSize)) tokens.push_back(BlindToken::from(bytes));
    return tokens;
}

}  // namespace

Result<Writer> Writer::open(std::filesystem::path const& path) {
    sqlite::Options const options{.checkpoints = sqlite::Checkpoints::by_hand,
                                  .cache_bytes = 64 * limits::kMiB};
    SALUS_TRY(auto database, sqlite::Database::open(path, options));
    SALUS_TRY_VOID(prepare_schema(database));
    SALUS_TRY(auto statements, prepare(database));
    SALUS_TRY(auto const largest, database.number("SELECT coalesce(max(vid), 0) FROM document"));
    return Writer(std::move(database), std::move(statements), largest + 1);
}

Result<void> Writer::apply(Batch const& batch) {
    std::vector<CompartmentId> touched;
    for (auto const& write : batch.writes) {
        SALUS_TRY(auto const before, newest(write.address));
        if (before.version + 1 != write.version || before.state == RowState::erased) {
            return fail(Errc::conflict, "the document has another version than expected");
        }
        SALUS_TRY_VOID(check_key(write.compartment, write.document.key_version()));
        if (write.index_entry) {
            SALUS_TRY_VOID(check_key(write.compartment, write.index_entry->key_version()));
        }
        touched.push_back(write.compartment);
        if (before.version != 0) touched.push_back(before.compartment);
        SALUS_TRY_VOID(place(write, before));
    }
    return touch(std::move(touched));
}

Result<Writer::Newest> Writer::newest(Address const& address) {
    auto rows = sql_.newest.query(address.bytes());
    SALUS_TRY(bool const found, rows.next());
    if (!found) return Newest{};
    SALUS_TRY(auto const compartment, id_of<CompartmentId>(rows.bytes(1)));
    SALUS_TRY(auto const state, state_of(rows.number(2)));
    SALUS_TRY(auto tokens, split(rows.bytes(4)));
    return Newest{rows.unsigned_number(0), compartment, state, rows.number(3), std::move(tokens)};
}

Result<void> Writer::place(Write const& write, Newest const& before) {
    auto const address = write.address.bytes();
    auto const compartment = write.compartment.bytes();
    auto const id = next_id_++;
    auto const tokens = sorted_once(write.tokens);
    auto const token_bytes = joined(tokens);
    SALUS_TRY_VOID(sql_.add_document.run(id, write.document.bytes()));
    SALUS_TRY_VOID(sql_.add_history.run(
        address, write.version, compartment, static_cast<std::int64_t>(write.state), id,
        write.expires_at, BytesView(token_bytes), std::int64_t{write.token_version}));
    if (before.expires_at != 0 || !before.tokens.empty()) {
        SALUS_TRY_VOID(sql_.retire.run(address, before.version));
    }
    SALUS_TRY_VOID(replace_tokens(write.address, before.tokens, tokens));
    if (before.version != 0 && before.compartment != write.compartment) {
        SALUS_TRY_VOID(leave(before.compartment, write.address));
    }
    if (!write.index_entry) return leave(write.compartment, write.address);
    return set_entry(write, before);
}

Result<void> Writer::set_entry(Write const& write, Newest const& before) {
    auto const address = write.address.bytes();
    auto const compartment = write.compartment.bytes();
    if (before.version != 0) SALUS_TRY_VOID(sql_.remove_member.run(compartment, address));
    SALUS_TRY_VOID(
        sql_.set_index_entry.run(compartment, address, write.version, write.index_entry->bytes()));
    return note_change(write.compartment, write.address);
}

// So that a page that has another row for the address, or none, is not believed about it.
Result<void> Writer::note_change(CompartmentId const& compartment, Address const& address) {
    SALUS_TRY_VOID(sql_.page.add_change.run(compartment.bytes(), address.bytes()));
    return {};
}

Result<void> Writer::keep_page(IndexPage const& page) {
    auto const compartment = page.compartment.bytes();
    auto const key = check_key(page.compartment, page.page.key_version());
    if (!key && key.error().code == Errc::conflict) return {};
    SALUS_TRY_VOID(key);
    SALUS_TRY(auto const stands, sql_.page.set_sequence.run(compartment, page.sequence));
    if (stands == 0) return {};
    SALUS_TRY_VOID(sql_.page.set.run(compartment, page.page.bytes()));
    SALUS_TRY_VOID(sql_.page.remove_changes.run(compartment));
    return {};
}

Result<void> Writer::drop_page(CompartmentId const& compartment) {
    SALUS_TRY_VOID(sql_.page.clear_sequence.run(compartment.bytes()));
    SALUS_TRY_VOID(sql_.page.remove.run(compartment.bytes()));
    SALUS_TRY_VOID(sql_.page.remove_changes.run(compartment.bytes()));
    return {};
}

// The address has versions in the compartment, but no index entry.
Result<void> Writer::leave(CompartmentId const& compartment, Address const& address) {
    SALUS_TRY_VOID(note_change(compartment, address));
    SALUS_TRY_VOID(sql_.remove_index_entry.run(compartment.bytes(), address.bytes()));
    SALUS_TRY_VOID(sql_.add_member.run(compartment.bytes(), address.bytes()));
    return {};
}

Result<void> Writer::replace_tokens(Address const& address, std::span<BlindToken const> before,
                                    std::span<BlindToken const> after) {
    for (auto const& token : before) {
        if (std::ranges::binary_search(after, token)) continue;
        SALUS_TRY_VOID(sql_.remove_token.run(token.bytes(), address.bytes()));
    }
    for (auto const& token : after) {
        if (std::ranges::binary_search(before, token)) continue;
        SALUS_TRY_VOID(sql_.add_token.run(token.bytes(), address.bytes()));
    }
    return {};
}

Result<std::vector<Address>> Writer::addresses(sqlite::Rows& rows) {
    std::vector<Address> found;
    while (true) {
        SALUS_TRY(bool const more, rows.next());
        if (!more) return found;
        SALUS_TRY(auto const address, id_of<Address>(rows.bytes(0)));
        found.push_back(address);
    }
}

Result<std::uint64_t> Writer::erase(CompartmentId const& compartment) {
    SALUS_TRY_VOID(drop_page(compartment));
    std::vector<Address> members;
    {
        auto rows = sql_.members.query(compartment.bytes(), limits::kRemovalSlice);
        SALUS_TRY(members, addresses(rows));
    }
    for (auto const& address : members) {
        SALUS_TRY(auto const before, newest(address));
        SALUS_TRY_VOID(remove_from(compartment, address, before));
    }
    if (!members.empty()) SALUS_TRY_VOID(touch({compartment}));
    return members.size();
}

Result<void> Writer::remove_from(CompartmentId const& compartment, Address const& address,
                                 Newest const& before) {
    auto const where = compartment.bytes();
    auto const what = address.bytes();
    SALUS_TRY_VOID(note_change(compartment, address));
    SALUS_TRY_VOID(sql_.remove_index_entry.run(where, what));
    SALUS_TRY_VOID(sql_.remove_member.run(where, what));
    SALUS_TRY_VOID(sql_.remove_documents.run(what, where));
    SALUS_TRY_VOID(sql_.remove_history.run(what, where));
    if (before.version == 0 || before.compartment != compartment) {
        SALUS_TRY_VOID(sql_.remove_lone_erased.run(what));
        return {};
    }
    SALUS_TRY_VOID(replace_tokens(address, before.tokens, {}));
    // Without this row an older version, in another compartment, would become the current one.
    SALUS_TRY_VOID(sql_.add_history.run(what, before.version, where,
                                        static_cast<std::int64_t>(RowState::erased), std::nullopt,
                                        std::int64_t{0}, BytesView{}, std::int64_t{1}));
    SALUS_TRY_VOID(sql_.remove_lone_erased.run(what));
    return {};
}

Result<std::uint64_t> Writer::expire(std::int64_t now) {
    std::vector<Address> expired;
    {
        auto rows = sql_.expired.query(now, limits::kRemovalSlice);
        SALUS_TRY(expired, addresses(rows));
    }
    for (auto const& address : expired) SALUS_TRY_VOID(remove_document(address));
    return expired.size();
}

Result<void> Writer::remove_document(Address const& address) {
    SALUS_TRY(auto const before, newest(address));
    std::vector<CompartmentId> compartments;
    {
        auto rows = sql_.compartments_of.query(address.bytes());
        while (true) {
            SALUS_TRY(bool const more, rows.next());
            if (!more) break;
            SALUS_TRY(auto const compartment, id_of<CompartmentId>(rows.bytes(0)));
            compartments.push_back(compartment);
        }
    }
    for (auto const& compartment : compartments) {
        SALUS_TRY_VOID(remove_from(compartment, address, before));
    }
    return touch(std::move(compartments));
}

Result<void> Writer::begin_job() {
    SALUS_TRY_VOID(sql_.job.begin.run());
    return {};
}

Result<void> Writer::undo_job() {
    SALUS_TRY_VOID(sql_.job.undo.run());
    return {};
}

Result<void> Writer::end_job() {
    SALUS_TRY_VOID(sql_.job.end.run());
    return {};
}

Result<void> Writer::touch(std::vector<CompartmentId> compartments) {
    std::ranges::sort(compartments);
    auto const repeated = std::ranges::unique(compartments);
    compartments.erase(repeated.begin(), repeated.end());
    for (auto const& compartment : compartments) {
        SALUS_TRY_VOID(sql_.touch.run(compartment.bytes()));
    }
    return {};
}

}  // namespace salus::store::embedded
