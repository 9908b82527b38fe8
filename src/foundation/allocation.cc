// Replaces the global operator delete (C++23 [replacement.functions]): memory is overwritten before
// it is given back, so that no copy of ePHI or of a key outlives its object: not the buffer that a
// string outgrew, and not the one of a library's container (KEY-5). SecretBytes and Ephi scrub what
// they hold anyway; this is for what passed through other types on its way.
//
// Under address and thread sanitizers it stays away: they replace the same functions.
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SALUS_ALLOCATION_IS_REPLACED
#endif
#endif

#ifndef SALUS_ALLOCATION_IS_REPLACED
namespace {

// The whole block, because a container's size is not what the block once held.
void scrub_and_free(void* block) noexcept {
    if (block == nullptr) return;
    ::explicit_bzero(block, ::malloc_usable_size(block));
    std::free(block);  // NOLINT(cppcoreguidelines-no-malloc): this is operator delete
}

}  // namespace

// NOLINTBEGIN(clang-analyzer-cplusplus.NewDelete): to the analyzer this memory is released already.
void operator delete(void* block) noexcept {
    scrub_and_free(block);
}
void operator delete[](void* block) noexcept {
    scrub_and_free(block);
}
void operator delete(void* block, std::size_t) noexcept {
    scrub_and_free(block);
}
void operator delete[](void* block, std::size_t) noexcept {
    scrub_and_free(block);
}
void operator delete(void* block, std::align_val_t) noexcept {
    scrub_and_free(block);
}
void operator delete[](void* block, std::align_val_t) noexcept {
    scrub_and_free(block);
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
    scrub_and_free(block);
}
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept {
    scrub_and_free(block);
}
void operator delete(void* block, std::nothrow_t const&) noexcept {
    scrub_and_free(block);
}
void operator delete[](void* block, std::nothrow_t const&) noexcept {
    scrub_and_free(block);
}
// NOLINTEND(clang-analyzer-cplusplus.NewDelete)
#endif
