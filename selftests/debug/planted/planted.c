// SPDX-License-Identifier: GPL-2.0
/*
 * planted: faults on purpose, one for each detector of a debug kernel.
 *
 * What is written to /sys/kernel/debug/planted/plant is the name of a fault, which
 * then happens; faults beside it lists the names. Markers on the console enclose
 * what the detector says. Each fault has a function of its own that is not inlined,
 * for the report's stack has to name it.
 *
 * allocate and errno beside it do nothing wrong: they are where failures are
 * injected; nor does family, which uses up a number of a netlink family and says which.
 * This is for selftests/debug/planted.sh, in a VM that is thrown away.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/error-injection.h>
#include <linux/gfp.h>
#include <linux/kobject.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <net/genetlink.h>

/* Of one slab cache, whose objects have this very size. */
#define PLANTED_SIZE 64

static noinline void plant_nothing(void)
{
	/* Not a tail call's worth: it has to be seen in coverage. */
	barrier();
}

/* Memory: KASAN, or SLUB's own checks where there is no KASAN */

static noinline void plant_use_after_free(void)
{
	char *p = kmalloc(PLANTED_SIZE, GFP_KERNEL);

	if (!p)
		return;
	kfree(p);
	/* The compiler knows what kfree() means. */
	OPTIMIZER_HIDE_VAR(p);
	READ_ONCE(p[8]);
}

static noinline void plant_double_free(void)
{
	char *p = kmalloc(PLANTED_SIZE, GFP_KERNEL);

	if (!p)
		return;
	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	kfree(p);
}

/* One byte beyond the end, where a slab debugger keeps a known value. */
static noinline void plant_slab_overrun(void)
{
	char *p = kmalloc(PLANTED_SIZE, GFP_KERNEL);
	size_t at = PLANTED_SIZE;

	if (!p)
		return;
	OPTIMIZER_HIDE_VAR(p);
	OPTIMIZER_HIDE_VAR(at);
	WRITE_ONCE(p[at], 1);
	kfree(p);
}

static noinline void plant_vmalloc_overrun(void)
{
	char *p = vmalloc(PLANTED_SIZE);

	if (!p)
		return;
	OPTIMIZER_HIDE_VAR(p);
	READ_ONCE(p[PLANTED_SIZE + 8]);
	vfree(p);
}

static noinline void plant_stack_overrun(void)
{
	char room[8] = "";
	char *p = room;

	OPTIMIZER_HIDE_VAR(p);
	READ_ONCE(p[sizeof(room) + 1]);
}

/*
 * Several, for a register or a stack may still hold the address of the last one,
 * so that it does not look forgotten.
 */
static noinline void plant_leak(void)
{
	char *p;
	int i;

	for (i = 0; i < 8; i++) {
		p = kmalloc(PLANTED_SIZE, GFP_KERNEL);
		OPTIMIZER_HIDE_VAR(p);
	}
}

static void *planted_kept;

/* Still known to the module, so that it is found only when the module goes. */
static noinline void plant_module_leak(void)
{
	planted_kept = kmalloc(PLANTED_SIZE, GFP_KERNEL);
}

/* copy_to_user() looks at the object before it looks at the address. */
static noinline void plant_usercopy(void)
{
	char *p = kzalloc(PLANTED_SIZE, GFP_KERNEL);
	unsigned long size = PLANTED_SIZE + 8;

	if (!p)
		return;
	OPTIMIZER_HIDE_VAR(p);
	OPTIMIZER_HIDE_VAR(size);
	if (copy_to_user((void __user *)PAGE_SIZE, p, size))
		pr_info("the copy went ahead\n");
	kfree(p);
}

/* Locks and contexts: lockdep, PROVE_RCU, DEBUG_ATOMIC_SLEEP */

static DEFINE_MUTEX(planted_a);
static DEFINE_MUTEX(planted_b);
static DEFINE_MUTEX(planted_held);
static DEFINE_SPINLOCK(planted_spin);
static void __rcu *planted_pointer;

/* Lockdep remembers orders: it takes no second thread. */
static noinline void plant_lock_inversion(void)
{
	mutex_lock(&planted_a);
	mutex_lock(&planted_b);
	mutex_unlock(&planted_b);
	mutex_unlock(&planted_a);

	mutex_lock(&planted_b);
	mutex_lock(&planted_a);
	mutex_unlock(&planted_a);
	mutex_unlock(&planted_b);
}

static noinline void plant_held_lock(void)
{
	mutex_lock(&planted_held);
}

static noinline void plant_sleep_in_atomic(void)
{
	void *p;

	spin_lock(&planted_spin);
	p = kmalloc(PLANTED_SIZE, GFP_KERNEL);
	spin_unlock(&planted_spin);
	kfree(p);
}

static noinline void plant_suspicious_rcu(void)
{
	if (rcu_dereference(planted_pointer))
		pr_info("there is a pointer\n");
}

/* Longer than the test lets a task sleep like this. */
static noinline void plant_hang(void)
{
	msleep(6 * MSEC_PER_SEC);
}

/* Undefined behaviour: UBSAN */

static noinline void plant_shift(void)
{
	unsigned int value = 1, by = 40;

	OPTIMIZER_HIDE_VAR(by);
	value <<= by;
	OPTIMIZER_HIDE_VAR(value);
}

/* The index ends up in what follows: for KASAN, all of it is one variable. */
static struct {
	int list[4];
	int room[4];
} planted_array;

static noinline void plant_array_index(void)
{
	int i = ARRAY_SIZE(planted_array.list);

	OPTIMIZER_HIDE_VAR(i);
	planted_array.list[i] = i;
}

static noinline void plant_bool(void)
{
	unsigned char is = 2;
	bool *p = (bool *)&is;

	OPTIMIZER_HIDE_VAR(p);
	if (*p)
		barrier();
}

/* Structures: DEBUG_OBJECTS, DEBUG_LIST, refcount_t, sysfs */

struct planted_object {
	struct timer_list timer;
};

static void planted_timer(struct timer_list *timer)
{
}

/* The detector also stops the timer, so that the memory can go. */
static noinline void plant_object(void)
{
	struct planted_object *object = kzalloc(sizeof(*object), GFP_KERNEL);

	if (!object)
		return;
	timer_setup(&object->timer, planted_timer, 0);
	mod_timer(&object->timer, jiffies + 60 * HZ);
	kfree(object);
}

static noinline void plant_refcount(void)
{
	refcount_t count = REFCOUNT_INIT(1);
	bool last = refcount_dec_and_test(&count);

	if (last && refcount_dec_and_test(&count))
		pr_info("it went twice\n");
}

static noinline void plant_kobject(void)
{
	struct kobject *first, *second;

	first = kobject_create_and_add("planted-twice", kernel_kobj);
	if (!first)
		return;
	second = kobject_create_and_add("planted-twice", kernel_kobj);
	kobject_put(second);
	kobject_put(first);
}

/* An entry whose neighbours do not know of it; the kernel does not survive it. */
static noinline void plant_list(void)
{
	struct list_head head, entry;

	INIT_LIST_HEAD(&head);
	entry.next = &head;
	entry.prev = &head;
	list_del(&entry);
}

/* Data races: KCSAN */

static int planted_counter;

/* One access in thousands is watched, and few of those as the other thread makes its own. */
#define PLANTED_ROUNDS 1000000

static noinline int plant_data_race_thread(void *unused)
{
	int i;

	for (i = 0; i < PLANTED_ROUNDS; i++) {
		planted_counter++;
		/* Or the compiler adds it up. */
		barrier();
		if (i % 1000 == 0)
			cond_resched();
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* Each on a processor of its own, or they may take turns. */
static noinline void plant_data_race(void)
{
	struct task_struct *first, *last;

	first = kthread_run_on_cpu(plant_data_race_thread, NULL, cpumask_first(cpu_online_mask),
				   "planted/%u");
	last = kthread_run_on_cpu(plant_data_race_thread, NULL, cpumask_last(cpu_online_mask),
				  "planted/%u");
	/* A thread that is stopped before it ran does not run at all. */
	msleep(MSEC_PER_SEC);
	if (!IS_ERR(first))
		kthread_stop(first);
	if (!IS_ERR(last))
		kthread_stop(last);
}

static const struct {
	const char *name;
	void (*plant)(void);
} planted_faults[] = {
	{ "nothing", plant_nothing },
	{ "use-after-free", plant_use_after_free },
	{ "double-free", plant_double_free },
	{ "slab-overrun", plant_slab_overrun },
	{ "vmalloc-overrun", plant_vmalloc_overrun },
	{ "stack-overrun", plant_stack_overrun },
	{ "leak", plant_leak },
	{ "module-leak", plant_module_leak },
	{ "usercopy", plant_usercopy },
	{ "lock-inversion", plant_lock_inversion },
	{ "held-lock", plant_held_lock },
	{ "sleep-in-atomic", plant_sleep_in_atomic },
	{ "suspicious-rcu", plant_suspicious_rcu },
	{ "hang", plant_hang },
	{ "shift", plant_shift },
	{ "array-index", plant_array_index },
	{ "bool", plant_bool },
	{ "object", plant_object },
	{ "refcount", plant_refcount },
	{ "kobject", plant_kobject },
	{ "list", plant_list },
	{ "data-race", plant_data_race },
};

static ssize_t planted_plant_write(struct file *file, const char __user *from, size_t size,
				   loff_t *pos)
{
	char name[32];
	ssize_t len;
	int i;

	len = simple_write_to_buffer(name, sizeof(name) - 1, pos, from, size);
	if (len < 0)
		return len;
	name[len] = '\0';
	i = 0;
	while (i < ARRAY_SIZE(planted_faults) && !sysfs_streq(name, planted_faults[i].name))
		i++;
	if (i == ARRAY_SIZE(planted_faults))
		return -EINVAL;

	pr_info("begin %s\n", planted_faults[i].name);
	planted_faults[i].plant();
	pr_info("end %s\n", planted_faults[i].name);
	return size;
}

static const struct file_operations planted_plant_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.write	= planted_plant_write,
};

static int planted_faults_show(struct seq_file *seq, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(planted_faults); i++)
		seq_printf(seq, "%s\n", planted_faults[i].name);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(planted_faults);

/*
 * An object, a page and a copy to the user, in this order: three places where a
 * failure can be injected. Says which of the first two failed.
 */
static ssize_t planted_allocate_read(struct file *file, char __user *to, size_t size,
				     loff_t *pos)
{
	char said[] = "object page\n";
	struct page *page;
	void *object;

	object = kmalloc(PLANTED_SIZE, GFP_KERNEL);
	if (!object)
		memset(said, '-', strlen("object"));
	page = alloc_page(GFP_KERNEL);
	if (page)
		__free_page(page);
	else
		memset(said + strlen("object "), '-', strlen("page"));
	kfree(object);
	return simple_read_from_buffer(to, size, pos, said, strlen(said));
}

static const struct file_operations planted_allocate_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.read	= planted_allocate_read,
};

/* What it returns is for fail_function to decide. */
static noinline int planted_errno(void)
{
	barrier();
	return 0;
}
ALLOW_ERROR_INJECTION(planted_errno, ERRNO);

static int planted_errno_show(struct seq_file *seq, void *unused)
{
	return planted_errno();
}
DEFINE_SHOW_ATTRIBUTE(planted_errno);

static struct genl_family planted_family = {
	.name	= KBUILD_MODNAME,
	.module	= THIS_MODULE,
};

static int planted_family_show(struct seq_file *seq, void *unused)
{
	int err = genl_register_family(&planted_family);

	if (err)
		return err;
	seq_printf(seq, "%d\n", planted_family.id);
	return genl_unregister_family(&planted_family);
}
DEFINE_SHOW_ATTRIBUTE(planted_family);

static struct dentry *planted_dir;

static int __init planted_init(void)
{
	planted_dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("plant", 0200, planted_dir, NULL, &planted_plant_fops);
	debugfs_create_file("faults", 0400, planted_dir, NULL, &planted_faults_fops);
	debugfs_create_file("allocate", 0400, planted_dir, NULL, &planted_allocate_fops);
	debugfs_create_file("errno", 0400, planted_dir, NULL, &planted_errno_fops);
	debugfs_create_file("family", 0400, planted_dir, NULL, &planted_family_fops);
	return 0;
}

static void __exit planted_exit(void)
{
	debugfs_remove_recursive(planted_dir);
}

module_init(planted_init);
module_exit(planted_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Faults on purpose, to test the tests");
MODULE_AUTHOR("vsn developers");
