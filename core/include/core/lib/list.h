/* SPDX-License-Identifier: MIT */
/* core/lib/list.h - circular doubly linked lists (struct list) and hash chains (struct hlist),
 * embedded in their elements. */
#ifndef CORE_LIB_LIST_H
#define CORE_LIB_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *next, *prev;
};

#define LIST_INIT(name) {&(name), &(name)}

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return __atomic_load_n(&l->next, __ATOMIC_RELAXED) == l;
}

static inline void list_insert_(struct list *e, struct list *prev, struct list *next)
{
	next->prev = e;
	e->next = next;
	e->prev = prev;
	__atomic_store_n(&prev->next, e, __ATOMIC_RELEASE); /* RCU readers walk next */
}

/* Insert behind head (as first), or before it (as last). */
static inline void list_add(struct list *e, struct list *head)
{
	list_insert_(e, head, head->next);
}

static inline void list_add_tail(struct list *e, struct list *head)
{
	list_insert_(e, head->prev, head);
}

/* Remove; the element's own pointers stay as they were, for RCU readers. list_del_init makes it an
 * empty list. */
static inline void list_del(struct list *e)
{
	e->next->prev = e->prev;
	__atomic_store_n(&e->prev->next, e->next, __ATOMIC_RELEASE);
}

static inline void list_del_init(struct list *e)
{
	list_del(e);
	list_init(e);
}

static inline void list_move_tail(struct list *e, struct list *head)
{
	list_del(e);
	list_add_tail(e, head);
}

/* Append all of from to head; from is empty afterwards. */
static inline void list_splice_tail(struct list *from, struct list *head)
{
	if (list_empty(from))
		return;
	from->next->prev = head->prev;
	head->prev->next = from->next;
	from->prev->next = head;
	head->prev = from->prev;
	list_init(from);
}

#define list_entry(p, type, member)    ((type *)(void *)((char *)(p) - offsetof(type, member)))
#define list_first(head, type, member) list_entry((head)->next, type, member)
#define list_last(head, type, member)  list_entry((head)->prev, type, member)
#define list_for_each(p, head)	       for (struct list *p = (head)->next; p != (head); p = p->next)
#define list_for_each_entry(e, head, member)                                             \
	for (e = list_entry((head)->next, __typeof__(*e), member); &e->member != (head); \
	     e = list_entry(e->member.next, __typeof__(*e), member))
/* e may be removed in the body. */
#define list_for_each_entry_safe(e, tmp, head, member)                \
	for (e = list_entry((head)->next, __typeof__(*e), member),    \
	    tmp = list_entry(e->member.next, __typeof__(*e), member); \
	     &e->member != (head);                                    \
	     e = tmp, tmp = list_entry(e->member.next, __typeof__(*e), member))

/* Hash chains: one pointer per head. */
struct hlist {
	struct hlist_node *first;
};
struct hlist_node {
	struct hlist_node *next, **pprev; /* pprev NULL: not on a chain */
};

static inline void hlist_add(struct hlist_node *n, struct hlist *h)
{
	n->next = h->first;
	n->pprev = &h->first;
	if (h->first)
		h->first->pprev = &n->next;
	__atomic_store_n(&h->first, n, __ATOMIC_RELEASE);
}

/* Remove if it is on a chain; n->next stays, for RCU readers. */
static inline void hlist_del(struct hlist_node *n)
{
	if (!n->pprev)
		return;
	__atomic_store_n(n->pprev, n->next, __ATOMIC_RELEASE);
	if (n->next)
		n->next->pprev = n->pprev;
	n->pprev = NULL;
}

/* e means nothing after the loop. */
#define hlist_for_each_entry(e, head, member)                                              \
	for (struct hlist_node *node_ = __atomic_load_n(&(head)->first, __ATOMIC_ACQUIRE); \
	     node_ && ((e) = list_entry(node_, __typeof__(*(e)), member), true);           \
	     node_ = __atomic_load_n(&node_->next, __ATOMIC_ACQUIRE))

#endif
